import { quoted } from '../terms/quote.ts';
import type { Check, Finding } from './check.ts';
import { keyIn, PROVIDER_VARIABLES } from './provider-key-forms.ts';
import { handlersOf, type ContainerAt, type PodView } from './view.ts';

/**
 * The agent holds no keys of those it calls: whoever can read the pod could read them, and the proxy adds them to the calls it lets out.
 *
 *   field                            allowed
 *   containers[*].env[*].value       nothing of the form of a known provider's key; under the name of a variable that is read for such a
 *                                    key (OPENAI_API_KEY, AWS_SECRET_ACCESS_KEY, GITHUB_TOKEN ...) nothing, a reference $(NAME), or what is
 *                                    evidently a placeholder
 *   containers[*].command[*]         nothing of the form of a known provider's key
 *   containers[*].args[*]            the same
 *   containers[*].HANDLER.exec.command[*], containers[*].HANDLER.httpGet.httpHeaders[*].value
 *                                    the same, in every probe and hook
 *
 * The value itself stands in no message.
 */
export const providerKeys: Check = {
  id: 'provider-keys',
  title: 'No provider\'s key is in the manifest',
  essential: false,
  review: (view) => [...view.containers.flatMap((one) => [...inEnvironment(one), ...inCommands(one)]), ...inHandlers(view)],
};

const FIX = 'remove it, and revoke the key, which the manifest has given away; give the agent a placeholder and have the proxy put the key in';

function inEnvironment({ container, field, title }: ContainerAt): Finding[] {
  return (container.env ?? []).flatMap(({ name, value = '' }, index) => {
    const at = `${field}.env[${index}].value`;
    const form = keyIn(value);
    if (form !== undefined) return [{ reason: 'provider-key', field: at, message: `${title} has ${form} in variable ${quoted(name)}`, fix: FIX }];
    if (!PROVIDER_VARIABLES.has(name.toUpperCase()) || isHarmless(value)) return [];
    return [{ reason: 'provider-variable', field: at, message: `${title} has a literal in variable ${quoted(name)}, which programs read for a key`, fix: FIX }];
  });
}

function inCommands({ container, field, title }: ContainerAt): Finding[] {
  return (['command', 'args'] as const).flatMap((list) => inTexts(container[list] ?? [], (index) => `${field}.${list}[${index}]`, title, 'on its command line'));
}

function inHandlers(view: PodView): Finding[] {
  return handlersOf(view).flatMap(({ handler, field, title }) => [
    ...inTexts(handler.exec?.command ?? [], (index) => `${field}.exec.command[${index}]`, title, 'on its command line'),
    ...inTexts((handler.httpGet?.httpHeaders ?? []).map(({ value = '' }) => value), (index) => `${field}.httpGet.httpHeaders[${index}].value`, title, 'in a header'),
  ]);
}

function inTexts(texts: readonly string[], fieldOf: (index: number) => string, title: string, where: string): Finding[] {
  return texts.flatMap((text, index) => {
    const form = keyIn(text);
    return form === undefined ? [] : [{ reason: 'provider-key', field: fieldOf(index), message: `${title} has ${form} ${where}`, fix: FIX }];
  });
}

const PLACEHOLDER = /placeholder|dummy|fake|change-?me|example|redacted|replace|your[-_ ]|unused|not-?(?:used|needed|set|a-)|injected|sallyport|proxy|^<.*>$|^(.)\1*$/i;
const REFERENCE = /^\$\([A-Za-z_][A-Za-z0-9_.-]*\)$/;
/** No provider's key is this short. */
const SHORTEST_KEY = 12;

function isHarmless(value: string): boolean {
  return value.length < SHORTEST_KEY || REFERENCE.test(value) || PLACEHOLDER.test(value);
}
