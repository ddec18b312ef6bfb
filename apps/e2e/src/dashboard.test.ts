import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npmStart, temporaryFolder, type NpmStart } from './support/npm-start.js';

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', process.env['CHROMIUM'] ?? ''].find((path) => path !== '' && existsSync(path));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(chromium === undefined)(`the dashboard in Chromium${chromium === undefined ? ' — SKIPPED: apt-get install chromium' : ''}`, () => {
  const folder = temporaryFolder();
  let running: NpmStart;
  let browser: Browser;

  beforeAll(async () => {
    running = await npmStart({ store: folder.path });
    await running.until('a job is done', (line) => line.event === 'job-done');
    browser = await puppeteer.launch({ executablePath: chromium!, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
    folder.remove();
  });

  async function open(path: string, width: number): Promise<Page> {
    const page = await browser.newPage();
    await page.setViewport({ width, height: 800 });
    await page.goto(`${running.dashboard}${path}`, { waitUntil: 'load' });
    return page;
  }

  /** What axe finds wrong, one line each. The pages forbid scripts; the tester's own runs all the same. */
  async function violations(page: Page): Promise<readonly string[]> {
    await page.setBypassCSP(true);
    await page.reload({ waitUntil: 'load' });
    await page.evaluate(axe);
    const result = (await page.evaluate('axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa"] })')) as { violations: { id: string; nodes: { html: string }[] }[] };
    // The page refreshes by itself: that is what it is for, and it says when it was read.
    return result.violations.filter((each) => each.id !== 'meta-refresh').map((each) => `${each.id}: ${each.nodes[0]?.html}`);
  }

  const pages = [
    ['/', 'Now', ['waiting', 'running', 'machines', 'today', 'last sweep', 'demo/game']],
    ['/jobs/1', 'build (job 1)', ['demo/game', 'What happened', 'Ran on']],
    ['/machines', 'Machines', ['go', 'spot']],
    ['/deliveries', 'Deliveries', ['push', 'workflow_job', 'recorded']],
    ['/jobs/999', 'Not found', ['no webhook and no sweep has seen it']],
  ] as const;

  it.each(pages)('%s shows what it should, labels the simulation, and is clean for axe', async (path, title, texts) => {
    const page = await open(path, 1_000);

    const text = (await page.evaluate('document.body.innerText')) as string;
    expect(await page.evaluate('document.querySelector("h1").innerText')).toBe(title);
    for (const each of [...texts, 'simulated']) expect(text).toContain(each);
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  it.each(pages)('%s fits a telephone of 360 px', async (path) => {
    const page = await open(path, 360);

    expect((await page.evaluate('document.documentElement.scrollWidth')) as number).toBeLessThanOrEqual(360);
    await page.close();
  });

  it('leads from a job to its machine and back', async () => {
    const page = await open('/jobs/1', 1_000);

    await Promise.all([page.waitForNavigation(), page.click('h2 a')]);
    expect(await page.evaluate('document.querySelector("h1").innerText')).toContain('Machine go-');
    await Promise.all([page.waitForNavigation(), page.click('dd a[href="/jobs/1"]')]);
    expect(await page.evaluate('document.querySelector("h1").innerText')).toBe('build (job 1)');
    await page.close();
  });
});
