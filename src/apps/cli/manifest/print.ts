import { stringify } from 'yaml';

/** Objects as YAML documents that every reader takes for the same, those of YAML 1.1 (`kubectl`) included: there `yes` is no text unless it is quoted. */
export function yamlDocuments(objects: readonly object[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' })).join('---\n');
}
