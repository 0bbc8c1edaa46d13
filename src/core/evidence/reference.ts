import { describe } from './read-line.ts';
import { KINDS, STAMP } from './schema.ts';
import type { Fields } from './shape.ts';

/** The page docs/records.md: every field of every record, from the table that the writer and the reader use. Markdown. */
export function recordReference(): string {
  const kinds = Object.entries(KINDS).map(([kind, fields]) => section(`\`${kind}\``, fields));
  return [INTRODUCTION, section('On every record', STAMP), ...kinds, CONCLUSION].join('\n\n') + '\n';
}

function section(title: string, fields: Fields): string {
  return [`## ${title}`, '', '| field | holds | meaning |', '|---|---|---|', ...rows(fields, '')].join('\n');
}

function rows(fields: Fields, path: string): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const row = `| \`${path}${name}\`${field.optional ? ' (optional)' : ''} | ${describe(field.shape).replaceAll('|', '\\|')} | ${field.says} |`;
    if (field.shape.is === 'list') return [row, ...rows(field.shape.fields, `${path}${name}[].`)];
    return field.shape.is === 'fields' ? [row, ...rows(field.shape.fields, `${path}${name}.`)] : [row];
  });
}

const INTRODUCTION = `# Records

<!-- Made by \`npm run generate\` from src/core/evidence/schema.ts. -->

Every tool call leaves an \`intent\` record before anything is sent and an \`outcome\` record after it; a refused call is its
intent alone. This page says what stands in a journal folder, so that somebody who does not trust us can read and check one.

## The folder

| name | holds |
|---|---|
| \`epoch-00000001.jsonl\` | one record a line, one file for each start of a writer, in order |
| \`epoch-00000001.torn\` | half a line that a crash left at the end of that file, moved aside at the next start |
| \`blobs/00000001.pack\` | sealed payloads, one a line; each start of a writer begins a new file, and so does each 64 MiB |
| \`keys/THUMBPRINT.public.json\` | the evidence key (JWK) to which payloads are sealed |
| \`keys/THUMBPRINT.private.json\` | its private half, only where there is no controller (\`run\`, \`up\`, \`proxy --policy\`): keep it out of copies that you hand on |
| \`writer.lock\` | who is writing, while somebody is |

## Lines

A line is one JSON object in the canonical form of RFC 8785, in UTF-8, ended by one newline. Its **leaf hash** is
SHA-256(0x00 || line without the newline), the leaf hash of RFC 6962; \`prev\` is the leaf hash of the record before, and the
first record of an epoch points to the last record of the epoch before. By hand:

    head -n 1 epoch-00000001.jsonl | tr -d '\\n' | (printf '\\0'; cat) | sha256sum

Texts come from strangers. Control characters, bidirectional controls and lone surrogates stand in them as \`\\u{1b}\` (a
backslash before \`u{\` as \`\\u{5c}\`); over 65,536 characters they are cut and end in \`\\u{cut N}\`. A number that was none is -1.
Headers are not recorded. In \`query\`, values of parameters whose names mean a credential stand as \`[redacted]\`.`;

const CONCLUSION = `## Payloads

A body is hashed whole while it streams, whatever is kept of it: \`digest\` is SHA-256(salt || body). The salt keeps a short body
from being guessed. With \`capture.payload: full\`, up to \`limit\` bytes are sealed in a blob with a salt of their own: a compact
JWE (RFC 7516, ECDH-ES on P-256, A256GCM), inside it one line of JSON (\`call\`, \`side\`, \`salt\` as hex, \`mediaType\`, \`bytes\`,
\`captured\`, \`truncated\`) and then the bytes. Without a blob the salt is SHA-256("SECRET/CALL/SIDE"), the secret (hex) being sealed in
the blob that the epoch's first record names.

In a pod the key is the cluster's: the sidecar has the public half from the controller and nothing that opens what it sealed. The
private half lies in Secret \`sallyport-evidence-key\`, for those who may read it. A key that is replaced there is used from the next start
of each sidecar on; the old one still opens what was sealed to it, and nothing else does. To read a pod's payloads, copy its
journal out. Gate one lets nobody into the sidecar where it enforces, so a guard has to lift that for the moment:

    kubectl label namespace NAMESPACE sallyport.dev/agents=warn --overwrite
    kubectl -n NAMESPACE cp -c sallyport-proxy POD:/var/lib/sallyport/journal journal
    kubectl label namespace NAMESPACE sallyport.dev/agents=enforce --overwrite
    kubectl -n sallyport-system get secret sallyport-evidence-key -o jsonpath='{.data.private\\.pem}' | base64 -d > evidence-key.pem
    sallyport log show CALL --journal journal --key evidence-key.pem

To erase one payload, overwrite its \`length\` bytes with zeros, or free them as well:

    fallocate --punch-hole --offset OFFSET --length LENGTH blobs/00000001.pack

Removing a whole pack erases all that it holds. Either leaves the chain whole; \`log verify\` then names what is missing.

Where \`redact\` names members, the body must be JSON as a whole to be kept. If it is longer than \`limit\`, compressed, a stream
or anything else, nothing of it is kept and \`note\` says \`unredactable\`.

## What is on disk when

An intent is written (write(2) has returned) before the call is made, so it survives the end of the process; for calls
that can change something it is synced too (fdatasync), so it survives the end of the machine. An outcome is written
within 10 ms of the call's end, with the next intent or by itself: a process that is killed may leave that many calls without one.
A blob is written before the outcome that names it and not synced: after a crash of the machine it may be missing or short, and \`log verify\` says so. What a
crash left at the end of a pack is named by no record, and nothing is written behind it.

A record that could not be written is refused to its caller, who then makes no call. What was written of it is cut off the
file again. Where the file cannot be cut, or a sync fails, the journal leaves the file and opens a new epoch, whose first
record says which lines of the old one are void. A process that dies in between leaves at most an intent without an outcome.
Where the journal has a limit (\`sallyport proxy --journal-limit\`; in a pod 768Mi, below the size of its volume), it is full once its files
take that much on disk; it looks once a second whether there is room again.
As soon as records can be kept again, a notice \`records-refused\` says how many could not be, since when and why.

## Verification

\`sallyport log verify DIR\` ends 0 (intact), 1 (tampered) or 2 (incomplete). What an epoch declares void must be what a writer leaves
behind: a call with its outcome, or the end of an epoch, is none of it (\`void-contradicted\`). It cannot know, as long as checkpoints are
not signed and kept elsewhere: whether lines, or whole epochs, were cut from the very end, together with the record that
points to them; whether the last record was altered, which nothing points to yet; and whether somebody who may write
the folder made everything anew from some record to the end.`;
