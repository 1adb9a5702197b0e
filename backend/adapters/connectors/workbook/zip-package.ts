import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { AppError } from '../../../errors.ts';

/** What a workbook may cost us before a single part of it is looked at. */
export const packageLimits = {
  fileBytes: 10 * 1024 * 1024,
  inflatedBytes: 100 * 1024 * 1024,
  ratio: 100,
  entries: 64,
} as const;

/** Below this a high ratio is an empty sheet, not a bomb. */
const RATIO_COUNTS_FROM = 256 * 1024;

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const CENTRAL_LENGTH = 46;
const LOCAL_LENGTH = 30;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 0x0001;
const HAS_DESCRIPTOR = 0x0008;
const { Z_DEFAULT_COMPRESSION } = constants;
/** A tenth larger, in a quarter of the time. */
const QUICKLY = 3;
const COMPOUND_FILE = Buffer.from('d0cf11e0a1b11ae1', 'hex');

interface Entry {
  readonly name: string;
  readonly central: Buffer;
  readonly method: number;
  readonly crc: number;
  readonly inflatedSize: number;
  readonly localOffset: number;
  /** Local header and data, as they stand in the file. */
  readonly local: Buffer;
  readonly data: Buffer;
}

export interface ZipPackage {
  readonly names: readonly string[];
  /** What the central directory says it all comes to. */
  readonly inflatedSize: number;
  has(name: string): boolean;
  read(name: string): Buffer;
  /** The same package with some parts replaced; the bytes of all the others stay as they are. */
  replace(parts: ReadonlyMap<string, Buffer>): Buffer;
}

/**
 * Opens the zip archive an Excel file is. Limits are checked on what the directory declares, and again on what really
 * comes out of each part, for a directory can lie.
 */
export function openPackage(file: Buffer): ZipPackage {
  if (file.length > packageLimits.fileBytes) throw tooLarge('fileBytes', packageLimits.fileBytes);
  if (file.subarray(0, COMPOUND_FILE.length).equals(COMPOUND_FILE)) throw unreadable('not an xlsx, or has a password');

  const end = findEnd(file);
  const entries = readDirectory(file, end);
  const inflatedSize = [...entries.values()].reduce((sum, entry) => sum + entry.inflatedSize, 0);
  if (inflatedSize > packageLimits.inflatedBytes) throw tooLarge('inflatedBytes', packageLimits.inflatedBytes);

  const inflated = new Map<string, Buffer>();
  let budget: number = packageLimits.inflatedBytes;
  return {
    names: [...entries.keys()],
    inflatedSize,
    has: (name) => entries.has(name),
    read(name) {
      const entry = entries.get(name);
      if (!entry) throw unreadable(`no part ${name}`);
      const part = inflated.get(name) ?? inflate(entry, budget);
      if (!inflated.has(name)) budget -= part.length;
      inflated.set(name, part);
      return part;
    },
    replace(parts) {
      const assembled = (level: number) => assemble([...entries.values()], parts, file.subarray(end), level);
      const quickly = assembled(QUICKLY);
      return quickly.length > packageLimits.fileBytes ? assembled(Z_DEFAULT_COMPRESSION) : quickly;
    },
  };
}

export function unreadable(reason: string, cause?: unknown): AppError {
  return new AppError('workbook.unreadable', { reason }, { cause });
}

export function tooLarge(what: string, limit: number): AppError {
  return new AppError('workbook.too_large', { what, limit });
}

function findEnd(file: Buffer): number {
  const first = Math.max(0, file.length - END_LENGTH - LONGEST_COMMENT);
  for (let at = file.length - END_LENGTH; at >= first; at--) {
    if (file.readUInt32LE(at) === END && at + END_LENGTH + file.readUInt16LE(at + 20) === file.length) return at;
  }
  throw unreadable('the file is not complete');
}

function readDirectory(file: Buffer, end: number): Map<string, Entry> {
  const count = file.readUInt16LE(end + 10);
  if (count > packageLimits.entries) throw tooLarge('entries', packageLimits.entries);

  const entries = new Map<string, Entry>();
  let at = file.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_LENGTH > end || file.readUInt32LE(at) !== CENTRAL) throw unreadable('broken directory');
    const length =
      CENTRAL_LENGTH + file.readUInt16LE(at + 28) + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
    const entry = readEntry(file, file.subarray(at, at + length), end);
    if (entries.has(entry.name)) throw unreadable('two parts of one name');
    entries.set(entry.name, entry);
    at += length;
  }
  return entries;
}

function readEntry(file: Buffer, central: Buffer, end: number): Entry {
  const flags = central.readUInt16LE(8);
  const method = central.readUInt16LE(10);
  const packedSize = central.readUInt32LE(20);
  const inflatedSize = central.readUInt32LE(24);
  const localOffset = central.readUInt32LE(42);
  if (flags & ENCRYPTED) throw unreadable('has a password');
  if (method !== STORED && method !== DEFLATED) throw unreadable('unknown compression');
  if (localOffset + LOCAL_LENGTH > end || file.readUInt32LE(localOffset) !== LOCAL) throw unreadable('broken part');
  if (inflatedSize > packageLimits.inflatedBytes) throw tooLarge('inflatedBytes', packageLimits.inflatedBytes);
  if (inflatedSize > RATIO_COUNTS_FROM && inflatedSize > packedSize * packageLimits.ratio) {
    throw tooLarge('ratio', packageLimits.ratio);
  }

  const dataOffset =
    localOffset + LOCAL_LENGTH + file.readUInt16LE(localOffset + 26) + file.readUInt16LE(localOffset + 28);
  const dataEnd = dataOffset + packedSize;
  if (dataEnd > end) throw unreadable('the file is not complete');
  return {
    name: central.toString('utf8', CENTRAL_LENGTH, CENTRAL_LENGTH + central.readUInt16LE(28)),
    central,
    method,
    crc: central.readUInt32LE(16),
    inflatedSize,
    localOffset,
    local: file.subarray(localOffset, dataEnd),
    data: file.subarray(dataOffset, dataEnd),
  };
}

function inflate({ name, method, data, inflatedSize, crc }: Entry, budget: number): Buffer {
  let part: Buffer;
  try {
    // One byte more than declared, so that a part that lies about its size is caught and costs no more than it said.
    part = method === STORED ? data : inflateRawSync(data, { maxOutputLength: Math.min(inflatedSize, budget) + 1 });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge('inflatedBytes', inflatedSize);
    throw unreadable(`${name} does not inflate`, error);
  }
  if (part.length > budget) throw tooLarge('inflatedBytes', packageLimits.inflatedBytes);
  if (part.length !== inflatedSize || crc32(part) !== crc) throw unreadable(`${name} is not what was packed`);
  return part;
}

function assemble(entries: readonly Entry[], parts: ReadonlyMap<string, Buffer>, end: Buffer, level: number): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const part = parts.get(entry.name);
    const { body, central } = part ? packed(entry, part, level) : kept(entry);
    central.writeUInt32LE(offset, 42);
    bodies.push(body);
    directory.push(central);
    offset += body.length;
  }

  const directorySize = directory.reduce((sum, { length }) => sum + length, 0);
  const newEnd = Buffer.from(end);
  newEnd.writeUInt32LE(directorySize, 12);
  newEnd.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, ...directory, newEnd]);
}

/** A data descriptor only repeats what the directory says, so it is left behind and the header filled in instead. */
function kept({ local, central, data, inflatedSize, crc }: Entry): { body: Buffer; central: Buffer } {
  return headed(Buffer.from(local), Buffer.from(central), data.length, inflatedSize, crc);
}

function packed(entry: Entry, part: Buffer, level: number): { body: Buffer; central: Buffer } {
  const data = deflateRawSync(part, { level });
  const header = entry.local.subarray(0, entry.local.length - entry.data.length);
  const central = Buffer.from(entry.central);
  central.writeUInt16LE(DEFLATED, 10);
  const body = Buffer.concat([header, data]);
  body.writeUInt16LE(DEFLATED, 8);
  return headed(body, central, data.length, part.length, crc32(part));
}

function headed(body: Buffer, central: Buffer, packedSize: number, inflatedSize: number, crc: number) {
  for (const [header, flagsAt, crcAt] of [
    [body, 6, 14],
    [central, 8, 16],
  ] as const) {
    header.writeUInt16LE(header.readUInt16LE(flagsAt) & ~HAS_DESCRIPTOR, flagsAt);
    header.writeUInt32LE(crc, crcAt);
    header.writeUInt32LE(packedSize, crcAt + 4);
    header.writeUInt32LE(inflatedSize, crcAt + 8);
  }
  return { body, central };
}
