import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { languages } from '../../shared/vocabulary.ts';

const targets = languages.filter((language) => language !== 'en');

interface Text {
  readonly id: string;
  readonly source: string;
  readonly target: string | undefined;
}

const texts = Object.fromEntries(
  targets.map((language) => [language, read(`panel/locales/xliff/${language}.xlf`)]),
) as Record<(typeof targets)[number], Text[]>;

describe.each(targets)('in %s', (language) => {
  test('every text of the panels is translated', () => {
    expect(texts[language].filter(({ target }) => !target?.trim()).map(({ source }) => source)).toEqual([]);
  });

  test('what is filled in stands in the translation as well', () => {
    const wrong = texts[language].filter(
      ({ source, target }) => target !== undefined && placeholders(target).join() !== placeholders(source).join(),
    );
    expect(wrong.map(({ source }) => source)).toEqual([]);
  });

  test('a sentence stays a sentence, and a label a label', () => {
    const end = (text: string) => /[.?:…]$/.exec(text.trim())?.[0] ?? '';
    const wrong = texts[language].filter(({ source, target }) => target !== undefined && end(source) !== end(target));
    expect(wrong.map(({ target }) => target)).toEqual([]);
  });
});

test('the translators have been given what the panels say, and nothing else', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'erpsync-texts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'lit-localize.json');
  writeFileSync(
    config,
    JSON.stringify({
      sourceLocale: 'en',
      targetLocales: targets,
      tsConfig: resolve('tsconfig.json'),
      inputFiles: [resolve('panel/**/*.ts')],
      output: { mode: 'runtime', outputDir: join(folder, 'generated') },
      interchange: { format: 'xliff', xliffDir: resolve('panel/locales/xliff') },
    }),
  );
  const tool = resolve('node_modules/@lit/localize-tools/bin/lit-localize.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, '--config', config, 'build'], {
    encoding: 'utf8',
  });

  // It names each text without a translation, and each translation without a text.
  expect(`${stdout}${stderr}`.split('\n').filter((line) => / message /.test(line))).toEqual([]);
  expect(status).toBe(0);
});

function read(file: string): Text[] {
  const units = readFileSync(file, 'utf8').matchAll(
    /<trans-unit id="(?<id>[^"]+)">\s*<source>(?<source>.*?)<\/source>(?:\s*<target>(?<target>.*?)<\/target>)?/gs,
  );
  return [...units].map(({ groups }) => groups as unknown as Text);
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/<x id="[^"]+" equiv-text="[^"]*"\/>/g)].map(([tag]) => tag).sort();
}
