import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** SHA-256 of the public key: how Chromium is told to take this one certificate for good. */
  readonly fingerprint: string;
}

/** A certificate of its own making for these host names, `*.example.com` among them, good for a day. */
export function selfSigned(names: readonly [string, ...string[]]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const someone = sequence(set(sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(names[0])))));
  const alternativeNames = sequence(...names.map((name) => der(0x82, Buffer.from(name))));

  const content = sequence(
    der(0xa0, integer(Buffer.of(2))),
    integer(Buffer.of(1, ...randomBytes(15))),
    ecdsaWithSha256,
    someone,
    sequence(time(-1), time(1)),
    someone,
    spki,
    der(0xa3, sequence(sequence(oid(0x55, 0x1d, 0x11), der(0x04, alternativeNames)))),
  );
  const cert = sequence(content, ecdsaWithSha256, bits(sign('sha256', content, privateKey)));

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

function time(daysFromNow: number): Buffer {
  const at = new Date(Date.now() + daysFromNow * 86_400_000);
  return der(0x18, Buffer.from(`${at.toISOString().replaceAll(/\D/g, '').slice(0, 14)}Z`));
}
