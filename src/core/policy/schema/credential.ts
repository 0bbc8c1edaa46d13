import { z } from 'zod';
import { headerFault, templateFault, variableFault } from '../credential.ts';
import { checked, list, shaped } from './fields.ts';
import { path } from './http.ts';
import { objectName } from './metadata.ts';

export const credential = z.strictObject({
  secret: objectName('Name of the Secret, or of the folder that stands for it.'),
  in: z.enum(['header', 'query', 'body']).meta({ description: '`header`: set whatever the agent sent there. `query` and `body`: put in place of the placeholder that `env` holds. Absent: `header`.' }).optional(),
  header: checked('The header that is set, such as `Authorization`.', 100, headerFault).optional(),
  name: z.string().max(100).meta({ description: 'The query parameter, or the member of a JSON object or field of a form in the body, whose whole value is the placeholder.' }).optional(),
  value: checked('What is set, such as `Bearer {token}`: each `{KEY}` stands for a key of the secret.', 500, templateFault).optional(),
  aws: z.strictObject({
    service: shaped('Name of the service as it is signed, such as `s3` or `bedrock`.', 60, /^[a-z0-9][a-z0-9-]*$/, 'a name such as s3 or bedrock'),
    region: shaped('Name of the region, such as `eu-west-1`.', 60, /^[a-z0-9][a-z0-9-]*$/, 'a name such as eu-west-1'),
  }).meta({ description: 'The request is signed by AWS Signature Version 4, with `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, if there is one, `AWS_SESSION_TOKEN` of the secret.' }).optional(),
  env: checked('The variable that holds a placeholder for the agent\'s programs.', 100, variableFault).optional(),
  paths: list(path, 100, 'The only paths at which it is set; absent: wherever the tool allows the call.').optional(),
}).superRefine(({ in: place, aws, ...where }, context) => {
  for (const [member, message] of aws === undefined ? misplaced(place ?? 'header', where) : unsigned({ in: place, ...where })) context.addIssue({ code: 'custom', message, path: [member] });
}).meta({ description: 'A secret that the proxy sets in the calls that this tool allows, and that the agent never sees.' });

interface Where {
  readonly header?: string | undefined;
  readonly name?: string | undefined;
  readonly value?: string | undefined;
  readonly env?: string | undefined;
}

/** Members that are missing or too many, and why. */
function misplaced(place: 'header' | 'query' | 'body', { header, name = '', value, env }: Where): (readonly [member: string, message: string])[] {
  const missing = value === undefined ? [['value', 'is missing: what is set, such as Bearer {token}'] as const] : [];
  if (place === 'header') {
    return [
      ...missing,
      ...(header === undefined ? [['header', 'is missing: where the credential is set'] as const] : []),
      ...(name === '' ? [] : [['name', 'belongs to in: query and in: body'] as const]),
    ];
  }
  return [
    ...missing,
    ...(header === undefined ? [] : [['header', `belongs to in: header, and this is in: ${place}`] as const]),
    ...(name === '' ? [['name', 'is missing: which value the placeholder is'] as const] : []),
    ...(env === undefined ? [['env', 'is missing: without a variable the agent has no placeholder to send'] as const] : []),
  ];
}

/** A signature says itself where it stands. */
function unsigned({ in: place, header, name, value }: Where & { readonly in?: string | undefined }): (readonly [member: string, message: string])[] {
  return Object.entries({ in: place, header, name, value }).flatMap(([member, given]) => (given === undefined ? [] : [[member, 'does not go with aws, which signs the request'] as const]));
}
