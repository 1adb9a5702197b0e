import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** SHA-256 of the public key: how Chromium is told to take this one certificate for good. */
  readonly fingerprint: string;
}

/** Good from yesterday until tomorrow, where nothing else is said. */
export interface Period {
  readonly fromDays?: number;
  readonly untilDays?: number;
}

export interface CertificateAuthority {
  readonly cert: string;
  readonly key: string;
  /** A certificate for these host names, signed by this authority. */
  issue(names: Names, period?: Period): Certificate;
  /** Another authority that this one vouches for. */
  below(name: string): CertificateAuthority;
}

type Names = readonly [string, ...string[]];

/** A certificate of its own making for these host names, `*.example.com` among them. */
export function selfSigned(names: Names, period: Period = {}): Certificate {
  const keys = newKeys();
  return certificate({ name: names[0], keys, extensions: [alternativeNames(names)], period, by: null });
}

/** An authority as companies have one of their own. */
export function certificateAuthority(
  name: string,
  period: Period = {},
  by: Signer | null = null,
): CertificateAuthority {
  const keys = newKeys();
  const signer: Signer = { name, key: keys.privateKey };
  return {
    ...certificate({ name, keys, extensions: [mayIssue], period, by }),
    issue: (names, issued = {}) =>
      certificate({
        name: names[0],
        keys: newKeys(),
        extensions: [alternativeNames(names)],
        period: issued,
        by: signer,
      }),
    below: (lower) => certificateAuthority(lower, {}, signer),
  };
}

interface Signer {
  readonly name: string;
  readonly key: KeyObject;
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

function certificate({
  name,
  keys: { privateKey, publicKey },
  extensions,
  period: { fromDays = -1, untilDays = 1 },
  by,
}: {
  readonly name: string;
  readonly keys: ReturnType<typeof newKeys>;
  readonly extensions: readonly Buffer[];
  readonly period: Period;
  /** Null where it signs itself. */
  readonly by: Signer | null;
}): Certificate {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const someone = (named: string) => sequence(set(sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(named)))));
  const content = sequence(
    der(0xa0, integer(Buffer.of(2))),
    integer(Buffer.of(1, ...randomBytes(15))),
    ecdsaWithSha256,
    someone(by?.name ?? name),
    sequence(time(fromDays), time(untilDays)),
    someone(name),
    spki,
    der(0xa3, sequence(...extensions)),
  );
  const cert = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, by?.key ?? privateKey)));

  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    cert: `-----BEGIN CERTIFICATE-----\n${cert.toString('base64')}\n-----END CERTIFICATE-----\n`,
    fingerprint: createHash('sha256').update(spki).digest('base64'),
  };
}

// The parts of ASN.1 that a certificate is made of.

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const set = (part: Uint8Array): Buffer => der(0x31, part);
const integer = (bytes: Uint8Array): Buffer => der(0x02, bytes);
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes));
const bits = (bytes: Uint8Array): Buffer => der(0x03, Buffer.of(0), bytes);

/** Basic constraints, critical: it is an authority. */
const mayIssue = sequence(
  oid(0x55, 0x1d, 0x13),
  der(0x01, Buffer.of(0xff)),
  der(0x04, sequence(der(0x01, Buffer.of(0xff)))),
);

function alternativeNames(names: readonly string[]): Buffer {
  return sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(...names.map((name) => der(0x82, Buffer.from(name))))));
}

function time(daysFromNow: number): Buffer {
  const at = new Date(Date.now() + daysFromNow * 86_400_000);
  return der(0x18, Buffer.from(`${at.toISOString().replaceAll(/\D/g, '').slice(0, 14)}Z`));
}
