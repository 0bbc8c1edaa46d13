import type { ListedTemplate } from '../../core/admission/resources.ts';
import { same } from '../../core/checks/differences.ts';
import { isObject } from '../../core/terms/is-object.ts';
import type { KubeObject } from './client.ts';
import { keepConfiguration, type KeptConfiguration, type KeptConfigurationSettings } from './kept-configuration.ts';

export interface TemplateRulesSettings extends Omit<KeptConfigurationSettings<unknown>, 'kind' | 'name' | 'read' | 'patchFor' | 'onPatch'> {
  /** Name of the ValidatingWebhookConfiguration, and of the one webhook in it whose rules are kept. */
  readonly configuration: string;
  readonly webhook: string;
  /** Kinds that the API server has to ask about; undefined while nobody knows them. */
  readonly templates: () => readonly ListedTemplate[] | undefined;
}

/** Keeps the rules of one webhook in step with the kinds that profiles list: now, when they change, and when somebody else changes the configuration. */
export function keepTemplateRules({ configuration, webhook, templates, ...settings }: TemplateRulesSettings): Pick<KeptConfiguration<unknown>, 'wake' | 'stop'> {
  return keepConfiguration({
    ...settings,
    kind: 'ValidatingWebhookConfiguration',
    name: configuration,
    read: (object) => rulesIn(object, webhook),
    patchFor(found) {
      const listed = templates();
      return listed === undefined ? [] : patchFor(found, webhook, rulesFor(listed));
    },
  });
}

/** The webhook's position in its configuration, and its rules; without a position there is no such webhook. */
interface RulesAt {
  readonly index?: number;
  readonly rules: unknown;
}

function rulesIn(object: KubeObject, webhook: string): RulesAt {
  const webhooks: unknown = object['webhooks'];
  const list: readonly unknown[] = Array.isArray(webhooks) ? webhooks : [];
  const index = list.findIndex((one) => isObject(one) && one['name'] === webhook);
  const found = list[index];
  return isObject(found) ? { index, rules: found['rules'] ?? [] } : { rules: [] };
}

/** Guarded by a test of the name, since the list may have been reordered in between. */
function patchFor({ index, rules }: RulesAt, webhook: string, wanted: readonly object[]): object[] {
  if (index === undefined || same(rules, wanted)) return [];
  return [{ op: 'test', path: `/webhooks/${index}/name`, value: webhook }, { op: 'add', path: `/webhooks/${index}/rules`, value: wanted }];
}

/** A kind can be listed more than once, with another path each time. */
function rulesFor(templates: readonly ListedTemplate[]): readonly object[] {
  return [...new Map(templates.map((one) => [`${one.group} ${one.version} ${one.resource}`, ruleOf(one)])).values()];
}

function ruleOf({ group, version, resource }: ListedTemplate): object {
  return { apiGroups: [group], apiVersions: [version], operations: ['CREATE', 'UPDATE'], resources: [resource], scope: 'Namespaced' };
}
