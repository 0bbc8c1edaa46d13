import type { ListedTemplate } from '../../core/admission/resources.ts';
import { same } from '../../core/checks/differences.ts';
import { isObject } from '../../core/terms/is-object.ts';
import type { KubeObject } from './client.ts';
import { KubeFault } from './fault.ts';
import { startInformer, type WatchSettings } from './informer.ts';

export interface TemplateRulesSettings extends WatchSettings {
  /** Name of the ValidatingWebhookConfiguration, and of the one webhook in it whose rules are kept. */
  readonly configuration: string;
  readonly webhook: string;
  /** Kinds that the API server has to ask about; undefined while nobody knows them. */
  readonly templates: () => readonly ListedTemplate[] | undefined;
  /** Asked before each write. */
  readonly mayWrite: () => boolean;
  /** Told of each patch that the API server took. */
  readonly onPatch?: (name: string) => void;
}

export interface TemplateRules {
  /** Looks again: `templates` or `mayWrite` answers something new. */
  wake(): void;
  stop(): Promise<void>;
}

const PATH = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const RETRY = 2_000;

/** Keeps the rules of one webhook in step with the kinds that profiles list: now, when they change, and when somebody else changes the configuration. */
export function keepTemplateRules({ configuration, webhook, templates, mayWrite, onPatch, client, now, random, onFault }: TemplateRulesSettings): TemplateRules {
  const informer = startInformer(client, { path: PATH, fieldSelector: `metadata.name=${configuration}`, read: (object) => rulesIn(object, webhook), now, random, onFault });
  const stopping = new AbortController();
  let running = Promise.resolve();

  const patchNow = (): readonly object[] => {
    const [found, listed] = [informer.get(configuration), templates()];
    return found === undefined || listed === undefined ? [] : patchFor(found, webhook, rulesFor(listed));
  };
  const settle = async (): Promise<void> => {
    const patch = patchNow();
    if (stopping.signal.aborted || patch.length === 0 || !mayWrite()) return;
    try {
      await client.patch(`${PATH}/${configuration}`, 'json', [...patch], { signal: stopping.signal });
      onPatch?.(configuration);
    } catch (fault) {
      if (stopping.signal.aborted || !(fault instanceof KubeFault)) return;
      onFault?.(fault);
      setTimeout(wake, RETRY * (0.5 + random())).unref();
    }
  };
  /** One after the other: the second look sees what the first patch did. */
  const wake = (): void => {
    running = running.then(settle);
  };
  informer.onChange(wake);
  return {
    wake,
    async stop() {
      stopping.abort();
      await Promise.all([informer.stop(), running]);
    },
  };
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
