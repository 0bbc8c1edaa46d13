import { isObject } from '../../terms/is-object.ts';
import { keepTools, offeredTools } from './offered-tools.ts';
import { type Members, withoutDate } from './tool-names.ts';

/** Members that say which of the offered tools the model is to call, and those that are refused where none is offered. */
const CHOICES = ['tool_choice', 'function_call', 'toolConfig', 'tool_config'];
const OF_TOOLS = [...CHOICES, 'parallel_tool_calls'];

/** A request's body without the tools of these names, and without a choice that names one of them. */
export function stripTools(body: Members, names: ReadonlySet<string>): Members {
  const kept = keepTools(body, (each) => !each.some((name) => names.has(name)));
  const none = offeredTools(kept).length === 0;
  return Object.fromEntries(Object.entries(kept).flatMap(([member, value]) => {
    if (none && OF_TOOLS.includes(member)) return [];
    const rest = CHOICES.includes(member) ? withoutChoice(value, names) : value;
    return rest === undefined ? [] : [[member, rest]];
  }));
}

/** Undefined where it is about one of the tools. Bedrock has its choice beside the tools, which are stripped already. */
function withoutChoice(choice: unknown, names: ReadonlySet<string>): unknown {
  if (!isObject(choice) || !mentions(choice, names)) return choice;
  if (!Object.hasOwn(choice, 'toolChoice')) return undefined;
  return Object.fromEntries(Object.entries(choice).filter(([member]) => member !== 'toolChoice'));
}

function mentions(value: unknown, names: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return names.has(value) || names.has(withoutDate(value));
  if (Array.isArray(value)) return value.some((each) => mentions(each, names));
  return isObject(value) && Object.values(value).some((each) => mentions(each, names));
}
