import type { Member, Operation, Profile, QName } from './profile.ts';
import { escapeXml } from '../xml.ts';

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';

/** What a member can hold: by the names of the carriers, arrays as arrays. */
export type Carried = string | boolean | null | readonly Carried[] | { readonly [name: string]: Carried | undefined };

/** A SOAP 1.1 request with its members in the order, and under the names, that the profile asks for. */
export function writeEnvelope(profile: Profile, operation: Operation, request: Carried): string {
  const prefixes = new Map<string, string>();
  const prefixed = ({ namespace, name }: QName): string => {
    if (namespace === '') return name;
    const known = prefixes.get(namespace) ?? `n${prefixes.size}`;
    prefixes.set(namespace, known);
    return `${known}:${name}`;
  };

  const write = (member: Member, value: Carried | undefined): string => {
    if (member.repeated) {
      const items = Array.isArray(value) ? (value as readonly Carried[]) : [];
      return items.map((item) => write({ ...member, repeated: false }, item)).join('');
    }
    const absent = value === null || value === undefined;
    if (absent && member.optional) return '';
    const tag = prefixed(member.element);
    if (absent) return `<${tag} i:nil="true"/>`;
    const members = member.type === null ? null : profile.types[member.type]?.members;
    const content = members ? members.map((inner) => write(inner, part(inner, value, members))).join('') : plain(value);
    return `<${tag}>${content}</${tag}>`;
  };

  const element = prefixed(operation.element);
  const body = operation.members.map((member) => write(member, request)).join('');
  const namespaces = [...prefixes].map(([uri, prefix]) => ` xmlns:${prefix}="${escapeXml(uri)}"`).join('');
  return (
    `<?xml version="1.0" encoding="utf-8"?>` +
    `<s:Envelope xmlns:s="${SOAP}" xmlns:i="${INSTANCE}"><s:Body><${element}${namespaces}>${body}</${element}></s:Body></s:Envelope>`
  );
}

/** The one repeated member of an array type takes the array itself; every other member takes the value of its name. */
function part(member: Member, value: Carried, members: readonly Member[]): Carried | undefined {
  if (Array.isArray(value)) return member.repeated && members.length === 1 ? value : undefined;
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, Carried | undefined>>)[member.element.name]
    : undefined;
}

function plain(value: Carried): string {
  return typeof value === 'object' ? '' : escapeXml(String(value));
}
