import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { openPackage } from '../../backend/adapters/connectors/workbook/zip-package.ts';
import { workbookKind } from '../../backend/adapters/connectors/workbook/workbook-kind.ts';
import { AppError } from '../../backend/errors.ts';
import type { ErpConnector } from '../../backend/ports/erp-connector.ts';
import {
  changeParts,
  readWorkbook,
  textParts,
  typeInto,
  valueIn,
  writeWorkbook,
  type Sheets,
} from '../support/excel.ts';
import { TestClock } from '../support/test-clock.ts';

const NAME = 'ErpClient.xlsx';
const SHEET = 'xl/worksheets/sheet1.xml';
const fields = [
  { key: 'NAME', kind: 'text' },
  { key: 'POSTALCITY', kind: 'text' },
] as const;

let folder: string;
let path: string;
let clock: TestClock;
let erp: ErpConnector;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'erpsync-'));
  path = join(folder, NAME);
  clock = new TestClock();
  await writeWorkbook(path, sheets());
  erp = backend();
  return () => rm(folder, { recursive: true });
});

describe('a file that is not as it should be', () => {
  test.each<[string, () => Promise<void>, string]>([
    ['is not there', () => rm(path), 'workbook.missing'],
    ['is a folder', () => becomesFolder(), 'workbook.missing'],
    ['is a link that leads elsewhere', () => rm(path).then(() => symlink('/etc/passwd', path)), 'workbook.missing'],
    ['is no workbook', () => writeFile(path, 'Name;City\nA;B\n'), 'workbook.unreadable'],
    ['is empty', () => writeFile(path, ''), 'workbook.unreadable'],
    ['has a password', () => writeFile(path, Buffer.from('d0cf11e0a1b11ae1'.padEnd(200, '0'), 'hex')), 'workbook.unreadable'],
    ['is cut off', async () => writeFile(path, (await readFile(path)).subarray(0, -40)), 'workbook.unreadable'],
    ['is larger than ten megabytes', () => writeFile(path, Buffer.alloc(10 * 1024 * 1024 + 1)), 'workbook.too_large'],
    ['says a part is 4 GB', () => declare({ size: 0xfffffff0 }), 'workbook.too_large'],
    ['is a bomb that says so', () => bomb(90 * 1024 * 1024), 'workbook.too_large'],
    ['is a bomb that lies', () => bomb(90 * 1024 * 1024, 1000), 'workbook.too_large'],
    ['says more than it holds', () => declare({ size: 200_000 }), 'workbook.unreadable'],
    ['holds other bytes than it was packed from', () => declare({ crc: 7 }), 'workbook.unreadable'],
    ['has a hundred parts', () => changeParts(path, (parts) => fill(parts, 100)), 'workbook.too_large'],
    ['has a cell in column XFD', () => inSheet('</row></sheetData>', '<c r="XFD3"><v>1</v></c></row></sheetData>'), 'workbook.too_large'],
    ['has a row 1048576', () => inSheet('</sheetData>', '<row r="1048576"><c r="B1048576"><v>9</v></c></row></sheetData>'), 'workbook.too_large'],
    ['repeats one long text without end', () => longText(3000), 'workbook.too_large'],
    ['has a document type', () => inSheet('<worksheet', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet'), 'workbook.unreadable'],
    ['hides rows in a comment', () => inSheet('<sheetData>', '<sheetData><!-- <row> -->'), 'workbook.unreadable'],
    ['refers to a text that is not there', () => inSheet('<v>0</v>', '<v>999</v>'), 'workbook.unreadable'],
    ['has a row that never ends', () => inSheet('</row></sheetData>', '</sheetData>'), 'workbook.unreadable'],
    ['has no sheet of an actor type', () => writeWorkbook(path, { Kunder: sheets()['Customer'] ?? [] }), 'workbook.sheet_missing'],
    ['has no column ID', () => writeWorkbook(path, { Customer: [['Name'], ['A']] }), 'workbook.column_missing'],
    ['has an empty sheet', () => writeWorkbook(path, { Customer: [] }), 'workbook.column_missing'],
  ])('%s', async (_, spoil, code) => {
    await spoil();
    const before = await fingerprint();
    await expect(erp.changedActors('Customer', '', fields)).rejects.toMatchObject({ code });
    await expect(save({ POSTALCITY: 'x' })).rejects.toMatchObject({ code });
    expect(await fingerprint()).toBe(before);
  }); // prettier-ignore

  test('a missing file is named, and nothing else about the server', async () => {
    await rm(path);
    const error = (await erp.testConfig().catch((error: unknown) => error)) as AppError;
    expect(error.detail).toEqual({ file: NAME });
  });

  test.each(['../secret.xlsx', '..\\secret.xlsx', '/etc/x.xlsx', 'a/b.xlsx', '.hidden.xlsx', '~$ErpClient.xlsx', 'a\u0000.xlsx', 'C:x.xlsx', 'x.xls', 'x.csv', `${'x'.repeat(300)}.xlsx`])(
    'no name leads out of the folder: %j',
    async (Filename) => {
      await writeFile(join(folder, '..', 'secret.xlsx'), await readFile(path));
      const connection = workbookKind({ folder, clock }).open({ connectionId: '', url: '', config: { Filename } });
      await expect(connection.testConfig()).rejects.toMatchObject({ code: 'workbook.missing' });
      await rm(join(folder, '..', 'secret.xlsx'));
    },
  ); // prettier-ignore

  test('whatever is done to the bytes, the answer is a value or a code', async () => {
    const whole = await readFile(path);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const mutated = Buffer.from(whole);
          for (const [at, byte] of changes) mutated[at] = byte;
          try {
            for (const name of openPackage(mutated).names) openPackage(mutated).read(name);
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('whatever is done to the text of a sheet, too', async () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      '</row>',
      '<row',
      '<c r="',
      '&',
      '<v>',
      'r="0"',
      'r="-1"',
      '\u0000',
      't="s"',
      '',
    );
    const xml = (await textParts(path))[SHEET] ?? '';
    await fc.assert(
      fc.asyncProperty(fc.nat(xml.length), fc.nat(40), piece, async (at, length, text) => {
        await writeWorkbook(path, sheets());
        await changeParts(path, (parts) => {
          parts[SHEET] = xml.slice(0, at) + text + xml.slice(at + length);
        });
        const connection = backend();
        const failure = await connection.getActors('Customer', ['1'], fields).then(
          () => null,
          (error: unknown) => error,
        );
        if (failure !== null) expect(failure).toBeInstanceOf(AppError);
      }),
      { numRuns: 12 },
    );
  });
});

describe('a file that someone works with', () => {
  test('half written, it is read as soon as it is whole', async () => {
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length / 2));
    const reading = erp.getActors('Customer', ['1'], fields);
    await pause(60);
    await writeFile(path, whole);
    expect((await reading).actors).toHaveLength(1);
  });

  test('renamed for a moment, as Excel does when it saves, it is found again', async () => {
    await rename(path, `${path}.away`);
    const reading = erp.getActors('Customer', ['1'], fields);
    await pause(60);
    await rename(`${path}.away`, path);
    expect((await reading).actors).toHaveLength(1);
  });

  test('open in Excel or LibreOffice, it is read but not written', async () => {
    for (const owner of [`~$${NAME}`, `.~lock.${NAME}#`]) {
      await writeFile(join(folder, owner), 'Kari');
      const before = await fingerprint();
      await expect(save({ POSTALCITY: 'x' })).rejects.toMatchObject({
        code: 'workbook.locked',
        detail: { file: NAME },
      });
      expect((await erp.getActors('Customer', ['1'], fields)).actors).toHaveLength(1);
      expect(await fingerprint()).toBe(before);
      await rm(join(folder, owner));
    }
    await expect(save({ POSTALCITY: 'x' })).resolves.toMatchObject([{ kind: 'saved' }]);
  });

  test('a row whose ID stands twice is not gone: the answer comes with a warning, and it is not written', async () => {
    await typeInto(path, 'Customer', 2, 'ID', 1);
    expect(await erp.getActors('Customer', ['1'], fields)).toMatchObject({
      actors: [],
      warning: expect.stringContaining('1') as string,
    });
    expect(await erp.getActors('Customer', ['3'], fields)).toMatchObject({ actors: [{ erpKey: '3' }], warning: null });
    expect((await erp.changedActors('Customer', '', fields)).warning).not.toBeNull();
    expect(await save({ POSTALCITY: 'x' })).toMatchObject([{ kind: 'refused', code: 'connector.rejected' }]);
  });

  test('an ID that is an Excel error hides an actor, and the answer says so', async () => {
    await inSheet('<c r="B3"><v>2</v></c>', '<c r="B3" t="e"><v>#REF!</v></c>');
    expect((await erp.getActors('Customer', ['2'], fields)).warning).toContain('3');
    expect((await erp.getActors('Customer', ['1'], fields)).warning).toBeNull();
  });

  test('a cell edited by hand is found by every backend, and after a restart', async () => {
    const other = backend();
    const since = latest(await erp.changedActors('Customer', '', fields));
    await other.changedActors('Customer', '', fields);

    await typeInto(path, 'Customer', 2, 'City', 'Storbyen');

    const [ours, theirs] = [
      await erp.changedActors('Customer', since, fields),
      await other.changedActors('Customer', since, fields),
    ];
    const restarted = await backend().changedActors('Customer', since, fields);
    expect(ours.actors.find(({ erpKey }) => erpKey === '2')?.values).toMatchObject({ POSTALCITY: 'Storbyen' });
    expect([theirs, restarted]).toEqual([ours, ours]);
    expect(ours.actors.map(({ erpKey }) => erpKey)).not.toContain('1');
  });

  test('edited while nobody was looking, it is found as well', async () => {
    const since = latest(await erp.changedActors('Customer', '', fields));
    await typeInto(path, 'Customer', 1, 'City', 'Nattbyen');
    clock.set('2026-11-21T00:00:00Z');
    const { actors } = await backend().changedActors('Customer', since, fields);
    expect(actors.map(({ erpKey }) => erpKey)).toContain('1');
  });

  test('with its marks lost, everything counts as changed', async () => {
    const since = latest(await erp.changedActors('Customer', '', fields));
    await rm(join(folder, '.erp-sync'), { recursive: true });
    clock.set('2026-11-21T00:00:00Z');
    expect((await backend().changedActors('Customer', since, fields)).actors).toHaveLength(3);
  });
});

describe('what a write leaves behind', () => {
  test('one cell and its stamp; every other byte of every part is the same', async () => {
    const before = await textParts(path);
    await save({ POSTALCITY: 'Ny & <by>' });
    const after = await textParts(path);

    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const part of Object.keys(before).filter((name) => name !== SHEET)) expect(after[part]).toBe(before[part]);
    const cells = (xml = ''): readonly string[] => xml.match(/<c .*?(\/>|<\/c>)/g) ?? [];
    const changed = cells(after[SHEET]).filter((cell) => !cells(before[SHEET]).includes(cell));
    expect(changed).toHaveLength(2);
    expect(changed[0]).toMatch(/^<c r="A2" s="\d+"><v>46348\.5<\/v><\/c>$/);
    expect(changed[1]).toMatch(/^<c r="G2"[^>]*t="inlineStr"/);
    expect((await readWorkbook(path))['Customer']?.[1]).toEqual([
      new Date('2026-11-22T12:00:00Z'), 1, 10001, 'Kunden A/S', 'Veien 1', '0054', 'Ny & <by>', new Date('2009-07-06'), 12.5,
    ]); // prettier-ignore
  });

  test('macros and parts we know nothing of, byte for byte', async () => {
    const macros = join(folder, 'Macros.xlsm');
    await changeParts(path, (parts) => {
      parts['xl/vbaProject.bin'] = '\u0001\u0002 macros';
      parts['xl/theme/theme1.xml'] = '<!-- ours --><a:theme xmlns:a="x"/>';
    });
    await writeFile(macros, await readFile(path));
    await rm(path);
    const before = openPackage(await readFile(macros));
    const connection = backend('Macros.xlsm');
    await connection.saveActors([{ type: 'Customer', erpKey: '1', values: { POSTALCITY: 'Ny' } }], []);

    const after = openPackage(await readFile(macros));
    for (const part of ['xl/vbaProject.bin', 'xl/theme/theme1.xml'])
      expect(after.read(part)).toEqual(before.read(part));
    expect(await valueIn(macros, 'Customer', 1, 'City')).toBe('Ny');
  });

  test('macros in a file that may have none, and signed files, are not written', async () => {
    for (const [part, code] of [['xl/vbaProject.bin', 'workbook.macros'], ['_xmlsignatures/origin.sigs', 'connector.rejected']] as const) {
      await writeWorkbook(path, sheets());
      await changeParts(path, (parts) => {
        parts[part] = 'x';
      });
      const before = await fingerprint();
      await expect(save({ POSTALCITY: 'x' })).rejects.toMatchObject({ code });
      expect(await fingerprint()).toBe(before);
      expect((await erp.getActors('Customer', ['1'], fields)).actors).toHaveLength(1);
    }
  }); // prettier-ignore

  test('formulas: kept, calculated anew by Excel, and never written over', async () => {
    await inSheet(/<c r="I2"[^>]*>.*?<\/c>/, '<c r="I2"><f>C2*2</f><v>20002</v></c>');
    const wanted = [{ key: 'CreditLimit', kind: 'decimal' }] as const;
    expect((await erp.getActors('Customer', ['1'], wanted)).actors[0]?.values).toEqual({ CreditLimit: '20002' });
    expect(await save({ CreditLimit: '7' })).toMatchObject([{ kind: 'refused', code: 'connector.rejected' }]);
    expect(await save({ CreditLimit: '20002', POSTALCITY: 'Ny' })).toMatchObject([{ kind: 'saved' }]);

    const parts = await textParts(path);
    expect(parts[SHEET]).toContain('<c r="I2"><f>C2*2</f><v>20002</v></c>');
    expect(parts['xl/workbook.xml']).toContain('fullCalcOnLoad="1"');
    expect(await valueIn(path, 'Customer', 1, 'City')).toBe('Ny');
  });

  test('what stands there already is not written, and neither is a stamp', async () => {
    const before = await fingerprint();
    expect(await save({ POSTALCITY: 'Byen', POSTALZIP: '0054' })).toMatchObject([{ kind: 'saved' }]);
    expect(await fingerprint()).toBe(before);
  });

  test('a day looks like one, also where no cell of the column had one', async () => {
    await writeWorkbook(path, { Project: [['ID', 'Name', 'End date'], [1, 'A', null], [2, 'B', null]] });
    await erp.saveActors([{ type: 'Project', erpKey: '2', values: { ENDDATE: '2027-06-12' } }], []);
    expect(await valueIn(path, 'Project', 2, 'End date')).toEqual(new Date('2027-06-12'));
    expect((await erp.fields('Project')).find(({ key }) => key === 'ENDDATE')?.kind).toBe('date');
  }); // prettier-ignore

  test('a new row, with the next number, that other programs read', async () => {
    const created = await erp.createActor(
      { type: 'Customer', values: { NAME: 'Helt Ny', POSTALZIP: '0077', Since: '2026-02-03T00:00:00' }, parent: null },
      [],
    );
    expect(created.erpKey).toBe('4');
    expect((await readWorkbook(path))['Customer']?.[4]).toEqual([
      new Date('2026-11-22T12:00:00Z'), 4, 10006, 'Helt Ny', null, '0077', null, new Date('2026-02-03'), null,
    ]); // prettier-ignore
  });

  test('the key of an actor that was deleted is not given to another', async () => {
    await erp.testConnection();
    const all = sheets();
    await writeWorkbook(path, { Customer: (all['Customer'] ?? []).slice(0, 3) });
    const created = await backend().createActor({ type: 'Customer', values: { NAME: 'Ny' }, parent: null }, []);
    expect(created.erpKey).toBe('4');
  });

  test('no half file, no lock and no trace but the marks', async () => {
    await save({ POSTALCITY: 'Ny' });
    expect((await readdir(folder)).sort()).toEqual(['.erp-sync', NAME]);
    expect(await readdir(join(folder, '.erp-sync'))).toEqual([`${NAME}.json`]);
  });
});

describe('writers at the same time', () => {
  test('two processes lose nothing', async () => {
    const writer = new URL('../support/workbook-writer.ts', import.meta.url).pathname;
    const run = (key: string, field: string) => promisify(execFile)(process.execPath, [writer, folder, key, field]);
    await Promise.all([run('1', 'POSTALCITY'), run('1', 'NAME'), run('2', 'POSTALCITY')]);

    const { actors } = await erp.getActors('Customer', ['1', '2'], fields);
    expect(actors.map(({ values }) => values)).toEqual([
      { NAME: 'NAME 10', POSTALCITY: 'POSTALCITY 10' },
      { NAME: 'Firma Inc.', POSTALCITY: 'POSTALCITY 10' },
    ]);
    const created = (await erp.searchActors('Customer', '', fields)).actors.slice(3);
    expect(new Set(created.map(({ values }) => values['NAME'])).size).toBe(30);
  }, 60_000);

  test('someone who saves between our reading and our writing is not overwritten', async () => {
    await erp.testConnection();
    const racing = new TestClock();
    let saved: Promise<void> | undefined;
    // The clock is read once the workbook is: the moment at which a person may still press Save.
    const treacherous = { now: () => ((saved ??= typeInto(path, 'Customer', 2, 'City', 'Hennes by')), racing.now()) };
    const connection = workbookKind({ folder, clock: treacherous }).open(settings());

    const outcome = await connection
      .saveActors([{ type: 'Customer', erpKey: '1', values: { POSTALCITY: 'Vår by' } }], [])
      .then(() => 'saved' as const, (error: unknown) => (error as AppError).code); // prettier-ignore
    await saved;

    expect(await valueIn(path, 'Customer', 2, 'City')).toBe('Hennes by');
    expect(['saved', 'workbook.locked']).toContain(outcome);
    expect(await valueIn(path, 'Customer', 1, 'City')).toBe(outcome === 'saved' ? 'Vår by' : 'Byen');
  });

  test('the lock of a process that died is taken over', async () => {
    await erp.testConnection();
    const lock = join(folder, '.erp-sync', `${NAME}.lock`);
    await writeFile(lock, JSON.stringify({ host: hostname(), pid: 2 ** 22 + 1, id: 'dead' }));
    await expect(save({ POSTALCITY: 'Ny' })).resolves.toMatchObject([{ kind: 'saved' }]);
    await expect(stat(lock)).rejects.toThrow();
  });
});

test('a large table is read in a thread of its own, and polled without being read again', async () => {
  const rows = Array.from({ length: 2500 }, (_, n) => [null, n + 1, n + 1, `Customer ${n}`, 'Veien', '0054', `City ${n}`, null, n]);
  await writeWorkbook(path, { Customer: [(sheets()['Customer'] ?? [])[0] ?? [], ...rows] });
  const { actors } = await erp.changedActors('Customer', '', fields);
  expect(actors).toHaveLength(2500);
  const since = actors.at(-1)?.lastModified ?? '';

  const start = performance.now();
  for (let poll = 0; poll < 50; poll++) expect((await erp.changedActors('Customer', since, fields)).actors).toHaveLength(1);
  const polls = performance.now() - start;
  await typeInto(path, 'Customer', 7, 'City', 'Ny');
  const again = performance.now();
  expect((await erp.changedActors('Customer', since, fields)).actors.map(({ erpKey }) => erpKey)).toEqual(['2500', '7']);
  expect(polls).toBeLessThan((performance.now() - again) * 50);
}); // prettier-ignore

function backend(Filename = NAME): ErpConnector {
  return workbookKind({ folder, clock }).open({ ...settings(), config: { Filename } });
}

function settings() {
  return { connectionId: '', url: '', config: { Filename: NAME } };
}

function save(values: Record<string, string | null>) {
  return erp.saveActors([{ type: 'Customer', erpKey: '1', values }], fields);
}

function latest({ actors }: { readonly actors: readonly { readonly lastModified: string }[] }): string {
  return actors.map(({ lastModified }) => lastModified).sort().at(-1) ?? ''; // prettier-ignore
}

async function fingerprint(): Promise<string> {
  const content = await readFile(path).catch((error: unknown) => String(error));
  return createHash('sha256').update(content).digest('hex');
}

function sheets(): Sheets {
  const stamp = new Date('2013-05-13T13:50:48Z');
  return {
    Customer: [
      ['LastModified', 'ID', 'CustNo', 'Nm', 'Ad1', 'Zip', 'City', 'Since', 'CreditLimit'],
      [stamp, 1, 10001, 'Kunden A/S', 'Veien 1', '0054', 'Byen', new Date('2009-07-06'), 12.5],
      [stamp, 2, 10002, 'Firma Inc.', 'Gateadressen 45C', '9813', 'Plassen', new Date('2014-12-27'), 2],
      [stamp, 3, 10005, 'Bare Rør AS', null, '1564', 'Stedet', null, null],
    ],
  };
}

async function becomesFolder(): Promise<void> {
  await rm(path);
  await mkdir(path);
}

async function inSheet(what: string | RegExp, by: string): Promise<void> {
  await changeParts(path, (parts) => {
    const xml = parts[SHEET] ?? '';
    parts[SHEET] = xml.replace(what, by);
    if (parts[SHEET] === xml) throw new Error(`nothing to replace in ${xml.slice(0, 900)}`);
  });
}

function fill(parts: Record<string, string>, count: number): void {
  for (let n = 0; n < count; n++) parts[`xl/media/${n}.xml`] = 'x';
}

/** One text of the longest length Excel allows, and many cells that are it. */
async function longText(cells: number): Promise<void> {
  await changeParts(path, (parts) => {
    parts['xl/sharedStrings.xml'] = (parts['xl/sharedStrings.xml'] ?? '').replace(
      '</sst>',
      `<si><t>${'x'.repeat(32_000)}</t></si></sst>`,
    );
    const last = (parts['xl/sharedStrings.xml'].match(/<si>/g) ?? []).length - 1;
    const rows = Array.from(
      { length: cells },
      (_, n) => `<row r="${n + 10}"><c r="D${n + 10}" t="s"><v>${last}</v></c></row>`,
    );
    parts[SHEET] = (parts[SHEET] ?? '').replace('</sheetData>', `${rows.join('')}</sheetData>`);
  });
}

/** A first sheet of nothing but spaces, of which the directory may tell something smaller. */
async function bomb(size: number, declared = size): Promise<void> {
  const packed = deflateRawSync(Buffer.alloc(size, ' '));
  const parts = openPackage(await readFile(path));
  await writeFile(path, parts.replace(new Map([[SHEET, Buffer.from('x')]])));
  await patchDirectory((central, file) => {
    const offset = file.length;
    const local = Buffer.alloc(30 + SHEET.length);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(SHEET.length, 26);
    local.write(SHEET, 30);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(crc32(Buffer.alloc(size, ' ')), 16);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(declared, 24);
    central.writeUInt32LE(offset, 42);
    return Buffer.concat([local, packed]);
  });
}

async function declare({ size, crc }: { size?: number; crc?: number }): Promise<void> {
  await patchDirectory((central) => {
    if (size !== undefined) central.writeUInt32LE(size, 24);
    if (crc !== undefined) central.writeUInt32LE(crc, 16);
    return Buffer.alloc(0);
  });
}

/** Rewrites what the directory says of the first sheet; what is returned goes in front of the directory. */
async function patchDirectory(patch: (central: Buffer, body: Buffer) => Buffer): Promise<void> {
  const file = await readFile(path);
  const end = file.length - 22;
  const start = file.readUInt32LE(end + 16);
  const directory = Buffer.from(file.subarray(start, end));
  const at = directory.indexOf(SHEET) - 46;
  const body = file.subarray(0, start);
  const more = patch(directory.subarray(at), body);
  const tail = Buffer.from(file.subarray(end));
  tail.writeUInt32LE(start + more.length, 16);
  await writeFile(path, Buffer.concat([body, more, directory, tail]));
}
