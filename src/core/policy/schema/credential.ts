import { z } from 'zod';
import { headerFault, templateFault, variableFault } from '../credential.ts';
import { checked, list } from './fields.ts';
import { path } from './http.ts';
import { objectName } from './metadata.ts';

export const credential = z.strictObject({
  secret: objectName('Name of the Secret, or of the folder that stands for it.'),
  in: z.enum(['header', 'query', 'body']).meta({ description: '`header`: set whatever the agent sent there. `query` and `body`: put in place of the placeholder that `env` holds. Absent: `header`.' }).optional(),
  header: checked('The header that is set, such as `Authorization`.', 100, headerFault).optional(),
  name: z.string().max(100).meta({ description: 'The query parameter, or the member of a JSON object or field of a form in the body, whose whole value is the placeholder.' }).optional(),
  value: checked('What is set, such as `Bearer {token}`: each `{KEY}` stands for a key of the secret.', 500, templateFault),
  env: checked('The variable that holds a placeholder for the agent\'s programs.', 100, variableFault).optional(),
  paths: list(path, 100, 'The only paths at which it is set; absent: wherever the tool allows the call.').optional(),
}).superRefine(({ in: place = 'header', header, name, env }, context) => {
  const wrong = (member: string, message: string): void => { context.addIssue({ code: 'custom', message, path: [member] }); };
  const inHeader = place === 'header';
  if (inHeader && header === undefined) wrong('header', 'is missing: where the credential is set');
  if (inHeader && name !== undefined) wrong('name', 'belongs to in: query and in: body');
  if (!inHeader && header !== undefined) wrong('header', `belongs to in: header, and this is in: ${place}`);
  if (!inHeader && (name ?? '') === '') wrong('name', 'is missing: which value the placeholder is');
  if (!inHeader && env === undefined) wrong('env', 'is missing: without a variable the agent has no placeholder to send');
}).meta({ description: 'A secret that the proxy sets in the calls that this tool allows, and that the agent never sees.' });
