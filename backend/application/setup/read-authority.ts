import { X509Certificate } from 'node:crypto';
import type { Authority } from '../../domain/connection.ts';
import { AppError } from '../../errors.ts';

/** One certificate or a chain of them, as PEM. Throws `certificate.invalid` or `certificate.expired`. */
export function readAuthority(pem: string, now: Date): Authority {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) throw invalid('key');
  const parts = pem.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs) ?? [];
  const certificates = parts.map(read);
  const [first] = certificates;
  if (!first) throw invalid('pem');
  const stranger = certificates.find((each) => !each.ca && !vouchesForItself(each));
  if (stranger) throw invalid('authority', nameOf(stranger));

  const untils = certificates.map(({ validTo }) => new Date(validTo));
  const until = new Date(Math.min(...untils.map(Number)));
  const name = nameOf(first);
  if (until <= now) {
    throw new AppError('certificate.expired', { field: 'authority', name, until: until.toISOString() });
  }
  return { pem: parts.join('\n'), name, until: until.toISOString() };
}

function read(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw invalid('pem');
  }
}

/** A server whose certificate nobody else signed is its own authority. */
function vouchesForItself(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}

function nameOf({ subject }: X509Certificate): string {
  const parts = new Map(
    subject.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  return parts.get('CN') ?? parts.get('O') ?? subject.replaceAll('\n', ', ');
}

function invalid(problem: string, name?: string): AppError {
  return new AppError('certificate.invalid', { field: 'authority', problem, name });
}
