import { deepStrictEqual, ok } from 'node:assert';
import type { RequestHead, ResponseHead } from '../../src/core/traffic/http1/message.ts';
import { byteByByte, type Conversation, type Cut, meaning, type Message, whole } from '../core/traffic/http1/collect.ts';
import type { Peer, PeerMessage } from '../fakes/llhttp.ts';

type Head = RequestHead | ResponseHead;

/** Reads the same bytes whole and in other pieces, which must make no difference at all. */
export function readEitherWay<H extends Head>(read: (cut: Cut) => Conversation<H>): Conversation<H> {
  const result = read(whole);
  for (const cut of [byteByByte, () => 3]) {
    const other = read(cut);
    deepStrictEqual(facts(other), facts(result), 'another cut gave another result');
  }
  return result;
}

/** What is written back after reading must be read as the same single message. */
export function survivesRewriting<H extends Head>(message: Message<H>, written: Uint8Array, read: (bytes: Uint8Array) => Conversation<H>): void {
  const again = read(written);
  deepStrictEqual(again.fault?.message, undefined, 'what was accepted could not be read again');
  deepStrictEqual(again.messages.map((one) => meaning(one)), [meaning(message)], 'written back it meant something else');
  deepStrictEqual(again.messages[0]?.end, written.length);
}

/**
 * Feeds a peer the bytes of one message, all but the last and then the last: the peer must see the same message and see it end at the
 * same byte. Of a message that we did not read to its end only the head is compared.
 */
export function agreesOn<H extends Head>(message: Message<H>, bytes: Uint8Array, peer: Peer, index: number, closes: boolean): void {
  const { complete } = message;
  if (complete) {
    peer.feed(bytes.subarray(0, -1));
    ok(peer.messages()[index]?.complete !== true, 'the peer saw the message end earlier');
    peer.feed(bytes.subarray(-1));
    if (closes) peer.end();
  } else {
    peer.feed(bytes);
  }
  const theirs = peer.messages()[index];
  ok(theirs !== undefined, `the peer accepted no message${peer.error ? `: ${peer.error.message}` : ''}`);
  deepStrictEqual(headFacts(theirs), ourHeadFacts(message.head), 'the peer read another head');
  if (theirs.keepAlive === false) deepStrictEqual(message.head.keepAlive, false, 'the peer would close');
  if (complete) deepStrictEqual(bodyFacts(theirs), bodyFacts(message), 'the peer read another body');
  if (complete) deepStrictEqual(peer.error, undefined, 'the peer reports an error');
}

function facts({ messages, informational, fault }: Conversation<Head>) {
  return { messages: messages.map((message) => ({ ...meaning(message), end: message.end })), informational, fault: fault?.message };
}

function headFacts({ start, version, headers }: PeerMessage) {
  return { start: { ...start }, version, headers };
}

function ourHeadFacts(head: Head) {
  const start = 'method' in head ? { method: head.method, target: head.target } : { status: head.status, statusText: head.statusText };
  return { start, version: head.version, headers: head.headers };
}

function bodyFacts({ body, trailers, complete }: Message<Head> | PeerMessage) {
  return { body, trailers, complete };
}
