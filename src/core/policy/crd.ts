/** The CustomResourceDefinitions of `AgentPolicy` and `SandboxProfile`, ready to be written as YAML. */
export function customResourceDefinitions(): object[] {
  return [];
}
