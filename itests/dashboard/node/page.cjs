// Looks at the page as people do, with Chromium. Prints one line of JSON: what was seen.
//   node page.cjs watch URL       charts, a message to its ack, a part exchanged and taken back, axe-core
//   node page.cjs sentence URL RE MILLIS   until the sentence of the state matches
//   node page.cjs metrics FILE    the parser's view of /metrics
'use strict';
const fs = require('fs');

async function browse(url, work) {
  const puppeteer = require('puppeteer-core');
  const browser = await puppeteer.launch({executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true,
    args: ['--no-sandbox', '--disable-gpu']});
  const seen = {console: [], outside: []};
  try {
    const page = await browser.newPage();
    const origin = new URL(url).origin;
    page.on('console', m => { if (m.type() === 'error' || m.type() === 'warn') seen.console.push(m.text()); });
    page.on('pageerror', e => seen.console.push(e.message));
    page.on('request', r => { if (!r.url().startsWith(origin + '/')) seen.outside.push(r.url()); });
    await page.setViewport({width: 1280, height: 900});
    await page.goto(url, {waitUntil: 'domcontentloaded'});
    await work(page, seen);
  } finally {
    await browser.close();
  }
  return seen;
}

const text = (page, id) => page.$eval('#' + id, e => e.textContent);

async function watch(page, seen) {
  const patience = {timeout: 60000, polling: 200};
  seen.sentence = await text(page, 'sentence');
  // Every chart has something to show, and then shows something else.
  const charts = ['way', 'rates', 'oneWay', 'roundTrips', 'deliveries', 'again', 'process'];
  await page.waitForFunction(() => ['oneWay', 'roundTrips', 'deliveries'].every(id =>
    /measured/.test(document.getElementById(id + 'Note').textContent)), patience);
  const picture = id => page.$eval('#' + id, c => c.toDataURL());
  seen.charts = {};
  for (const id of charts) {
    const first = await picture(id);
    await page.waitForFunction((chart, before) => document.getElementById(chart).toDataURL() !== before, patience, id, first)
      .then(() => { seen.charts[id] = true; }, () => { seen.charts[id] = false; });
  }
  // A message, from the outbox to its acknowledgement.
  const number = await page.waitForFunction(() => {
    const m = document.querySelector('#messages button');
    if (!m) return null;
    m.click();
    return document.querySelector('#followed b').textContent.match(/Message (\d+)/)[1];
  }, patience).then(h => h.jsonValue());
  await page.waitForFunction(n => document.querySelector('#followed b').textContent.startsWith(`Message ${n},`)
    && document.querySelectorAll('#followed li.done').length === 5, patience, number);
  seen.followed = await page.$$eval('#followed li', list => list.map(li => li.textContent));
  // A part, exchanged by one press; and back.
  seen.exchanges = [];
  for (const press of ['#parts button[aria-label="Use: cover constant"]', '#undo']) {
    await page.waitForSelector(press + ':not([disabled])', patience);
    await page.click(press);
    await page.waitForFunction(() => /messages lost|not taken/.test(document.getElementById('gapText').textContent), patience);
    seen.exchanges.push(await text(page, 'gapText'));
  }
  seen.kinds = await page.$$eval('#parts button', list => [...new Set(list.map(b => b.getAttribute('aria-label').split(' ').at(-2)))]);
  seen.worth = await page.$$eval('#worth tbody tr', list => list.map(tr => [...tr.cells].map(td => td.textContent).join('; ')));
  seen.cards = await page.$$eval('#cards button', list => list.length);
  await page.setBypassCSP(true);
  await page.reload({waitUntil: 'domcontentloaded'});
  await page.waitForSelector('#parts button', patience);
  await page.addScriptTag({path: require.resolve('axe-core/axe.min.js')});
  seen.axe = [];
  for (const scheme of ['light', 'dark']) {
    for (const width of [1280, 390]) {
      await page.setViewport({width, height: 844});
      await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: scheme}]);
      const found = await page.evaluate(() => axe.run().then(r => r.violations.map(v => `${v.impact} ${v.id} ${v.nodes[0].html}`)));
      seen.axe.push(...found.map(f => `${scheme} ${width}: ${f}`));
      seen.overflow = (seen.overflow || false) || await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    }
  }
}

async function main() {
  const [mode, target, pattern, millis] = process.argv.slice(2);
  if (mode === 'metrics') {
    const families = require('parse-prometheus-text-format')(fs.readFileSync(target, 'utf8'));
    return families.map(f => ({name: f.name, help: f.help, type: f.type, samples: f.metrics.length}));
  }
  if (mode === 'sentence') {
    return browse(target, async (page, seen) => {
      const from = Date.now();
      seen.matched = await page.waitForFunction(p => new RegExp(p).test(document.getElementById('sentence').textContent),
        {timeout: +millis, polling: 50}, pattern).then(() => true, () => false);
      seen.millis = Date.now() - from;
      seen.sentence = await text(page, 'sentence');
      seen.remedy = await text(page, 'remedy');
    });
  }
  return browse(target, watch);
}
main().then(seen => console.log(JSON.stringify(seen)), e => { console.error(e); process.exit(1); });
