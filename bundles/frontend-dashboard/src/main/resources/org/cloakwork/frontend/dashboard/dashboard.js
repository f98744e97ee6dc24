'use strict';
const KINDS = [
  ['data', 'packets.sent.data', 'message', '●'], ['copy', 'packets.sent.retransmission', 'sent again', '▲'],
  ['cover', 'packets.sent.cover', 'cover', '○'], ['ack', 'acks.received', 'acknowledgement', '■'],
  ['coverAck', 'acks.received.cover', 'cover acknowledged', '□'], ['loop', 'cover.received', 'cover back', '◆'],
  ['received', 'fragments.received', 'for us', '★']];
const OUT = 3, KEEP = 120;
const $ = id => document.getElementById(id);
const el = (tag, text, attributes) => {
  const e = document.createElement(tag);
  if (text !== undefined && text !== null) e.textContent = text;
  for (const k in attributes || {}) e.setAttribute(k, attributes[k]);
  return e;
};
const number = n => n >= 1e9 ? (n / 1e9).toFixed(2) + ' G' : n >= 1e6 ? (n / 1e6).toFixed(1) + ' M'
  : n >= 1e4 ? (n / 1e3).toFixed(0) + ' k' : n >= 10 || n === Math.round(n) ? n.toFixed(0) : n.toFixed(1);
const millis = ms => ms >= 1e4 ? (ms / 1e3).toFixed(0) + ' s' : ms >= 1e3 ? (ms / 1e3).toFixed(1) + ' s' : Math.round(ms) + ' ms';
const clock = ms => new Date(ms).toLocaleTimeString([], {hour12: false});
const put = (id, text) => { const e = $(id); if (e.textContent !== text) e.textContent = text; };
const rows = (id, list, none) => {
  const body = $(id).tBodies[0], held = body.contains(document.activeElement) && document.activeElement.getAttribute('aria-label');
  body.replaceChildren(...(list.length ? list : [[none]]).map(cells => {
    const tr = el('tr');
    cells.forEach(c => { const td = el('td'); td.append(c); tr.append(td); });
    if (!list.length) tr.firstChild.colSpan = 9;
    return tr;
  }));
  if (held) body.querySelector(`[aria-label="${CSS.escape(held)}"]`)?.focus({preventScroll: true});
};

let token = null, query = '';
const given = new URLSearchParams(location.hash.slice(1)).get('token') || new URLSearchParams(location.search).get('token');
if (new URLSearchParams(location.search).has('token')) query = '?token=' + encodeURIComponent(given);
try { token = given || sessionStorage.getItem('token'); if (token) sessionStorage.setItem('token', token); } catch (e) { token = given; }
if (location.hash) history.replaceState(null, '', location.pathname + location.search);

let last = null, before = null, chosen = null, follow = null, auto = true, undo = null, swapped = null, partsKey = '', offset = 0;
const history_ = {}, processes = [], departures = {};

/* ---------------------------------------------------------------- charts */
const colour = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
function surface(id) {
  const c = $(id), r = devicePixelRatio || 1, w = c.clientWidth, h = c.clientHeight;
  if (c.width !== Math.round(w * r) || c.height !== Math.round(h * r)) { c.width = Math.round(w * r); c.height = Math.round(h * r); }
  const g = c.getContext('2d');
  g.setTransform(r, 0, 0, r, 0, 0);
  g.clearRect(0, 0, w, h);
  g.font = '12px system-ui, sans-serif';
  return [g, w, h, c];
}
function nice(max) {
  if (max <= 0) return 1;
  const p = 10 ** Math.floor(Math.log10(max));
  return [1, 2, 5, 10].map(f => f * p).find(v => v >= max);
}
function lines(id, series, unit) {
  const [g, w, h, c] = surface(id), top = nice(Math.max(...series.flatMap(s => s.values), 0)), left = 4, foot = h - 18;
  const y = v => foot - v / top * (foot - 16), x = i => left + i / (KEEP - 1) * (w - left - 4);
  g.fillStyle = colour('soft'); g.strokeStyle = colour('line'); g.lineWidth = 1;
  for (const f of [0, .5, 1]) { g.beginPath(); g.moveTo(left, y(top * f)); g.lineTo(w, y(top * f)); g.stroke(); }
  g.fillText(number(top) + ' ' + unit, left, 11); g.fillText('2 min ago', left, h - 4);
  g.textAlign = 'right'; g.fillText('now', w - 4, h - 4); g.textAlign = 'left';
  g.lineWidth = 2; g.lineJoin = 'round';
  series.forEach(s => {
    g.strokeStyle = colour(s.colour); g.beginPath();
    s.values.forEach((v, i) => { const px = x(i + KEEP - s.values.length); i ? g.lineTo(px, y(v)) : g.moveTo(px, y(v)); });
    g.stroke();
  });
  c.setAttribute('aria-label', series.map(s => s.label + ' ' + number(s.values.at(-1) || 0) + ' ' + unit).join(', '));
}
function quantile(hist, q) {
  const all = hist.counts.reduce((a, b) => a + b, 0);
  let seen = 0;
  for (let i = 0; i < hist.counts.length; i++) {
    const n = hist.counts[i];
    if (n && seen + n >= q * all) {
      const low = i ? hist.upTo[i - 1] : 0, high = i < hist.upTo.length ? hist.upTo[i] : low;
      return low + (high - low) * (q * all - seen) / n;
    }
    seen += n;
  }
  return 0;
}
function bars(id, hist, name, none) {
  const all = hist.counts.reduce((a, b) => a + b, 0), [g, w, h, c] = surface(id);
  const text = all ? `p50 ${millis(quantile(hist, .5))}, p95 ${millis(quantile(hist, .95))}, ${number(all)} measured` : none;
  put(id + 'Note', text); c.setAttribute('aria-label', name + ': ' + text);
  if (!all) return;
  const first = Math.max(0, hist.counts.findIndex(n => n) - 1), end = Math.min(hist.counts.length, hist.counts.findLastIndex(n => n) + 2);
  const shown = hist.counts.slice(first, end), most = Math.max(...shown), step = w / shown.length, foot = h - 18;
  g.fillStyle = colour('data');
  shown.forEach((n, i) => { const height = n / most * (foot - 6); g.fillRect(i * step + 1, foot - height, Math.max(1, step - 2), height); });
  g.strokeStyle = colour('line'); g.beginPath(); g.moveTo(0, foot + .5); g.lineTo(w, foot + .5); g.stroke();
  g.fillStyle = colour('soft'); g.textAlign = 'right';
  const every = Math.ceil(shown.length * 52 / w);
  shown.forEach((n, i) => { if (i % every === every - 1 && first + i < hist.upTo.length) g.fillText(millis(hist.upTo[first + i]), (i + 1) * step, h - 4); });
  g.textAlign = 'left';
}

/* ---------------------------------------------------------------- the way of packets */
const marks = [];
let waiting = [], paused = matchMedia('(prefers-reduced-motion: reduce)').matches, drawn = 0;
function places(w, h, mixes) {
  const at = (x, y) => ({x: x * w, y: y * h}), narrow = w < 520;
  const layers = [1, 2, 3].map(l => {
    const all = mixes.filter(m => m.layer === l), some = all.slice(0, 8), most = Math.max(1, ...all.map(m => m.drawn));
    return some.map((m, i) => ({...at([0, .45, .61, .77][l], .12 + .76 * (i + .5) / some.length), name: m.name, all: all.length, size: 4 + 5 * m.drawn / most}));
  });
  return {client: at(.07, .5), gateway: at(narrow ? .24 : .25, .5), layers, others: at(.94, .5), narrow};
}
const pick = list => list.length ? list[Math.floor(Math.random() * list.length)] : null;
function path(kind, p) {
  const m = p.layers.map(pick);
  if (m.some(x => !x)) return [p.client, p.gateway];
  return kind < 2 ? [p.client, p.gateway, ...m, p.others] : kind === 2 ? [p.client, p.gateway, ...m, p.gateway] : [m[2], p.gateway, p.client];
}
function shape(g, kind, x, y) {
  const s = kind === 0 || kind === 6 ? 4.5 : 3.5;
  g.fillStyle = g.strokeStyle = colours[KINDS[kind][0]];
  g.lineWidth = 1.5; g.beginPath();
  if (kind === 3 || kind === 4) g.rect(x - s, y - s, 2 * s, 2 * s);
  else if (kind === 1) { g.moveTo(x, y - s - 1); g.lineTo(x + s, y + s); g.lineTo(x - s, y + s); g.closePath(); }
  else if (kind === 5) { g.moveTo(x, y - s - 1); g.lineTo(x + s + 1, y); g.lineTo(x, y + s + 1); g.lineTo(x - s - 1, y); g.closePath(); }
  else if (kind === 6) for (let i = 0; i < 10; i++) { const r = i % 2 ? 2.5 : 6, a = Math.PI * i / 5; g[i ? 'lineTo' : 'moveTo'](x + r * Math.sin(a), y - r * Math.cos(a)); }
  else g.arc(x, y, s, 0, 7);
  kind === 2 || kind === 4 ? g.stroke() : g.fill();
}
let colours = {};
function animate(t) {
  requestAnimationFrame(animate);
  if (!last || document.hidden || t - drawn < 30 || paused && drawn) return;
  drawn = t;
  const client = current();
  if (!client) return;
  const [g, w, h] = surface('way'), p = places(w, h, client.mixes), now = Date.now() + offset - 1300;
  colours = Object.fromEntries([...KINDS.map(k => k[0]), 'ink', 'soft', 'line', 'card'].map(n => [n, colour(n)]));
  waiting = waiting.filter(m => { if (m.at > now) return true; if (now - m.at < 1000 && marks.length < 600) marks.push({kind: m.kind, from: m.at, path: path(m.kind, p), long: m.kind === 2 ? 1900 : m.kind < 2 ? 1500 : 700}); return false; });
  g.strokeStyle = colours.line; g.lineWidth = 1;
  const join = (a, b) => { g.beginPath(); g.moveTo(a.x, a.y); g.lineTo(b.x, b.y); g.stroke(); };
  join(p.client, p.gateway);
  p.layers[0].forEach(m => join(p.gateway, m));
  [0, 1].forEach(l => p.layers[l].forEach(a => p.layers[l + 1].forEach(b => join(a, b))));
  p.layers[2].forEach(m => join(m, p.others));
  const node = (n, r) => { g.beginPath(); g.arc(n.x, n.y, r, 0, 7); g.fillStyle = colours.card; g.fill(); g.strokeStyle = colours.ink; g.lineWidth = 1.5; g.stroke(); };
  g.textAlign = 'center';
  const label = (text, x, y) => { g.fillStyle = colours.soft; g.fillText(text, x, y); };
  node(p.client, 11); label(client.name, p.client.x, p.client.y + 26);
  node(p.gateway, 10); label('gateway', p.gateway.x, p.gateway.y + 26);
  if (!p.narrow) label(client.gateway || '', p.gateway.x, p.gateway.y + 41);
  p.layers.forEach((layer, i) => { layer.forEach(m => { node(m, m.size); if (!p.narrow && layer.length < 6) label(m.name, m.x, m.y + 22); }); if (layer[0]) label(`layer ${i + 1}` + (layer[0].all > layer.length ? `: ${layer[0].all}` : ''), layer[0].x, 12); });
  node(p.others, 10); label('others', p.others.x, p.others.y + 26);
  for (let i = marks.length - 1; i >= 0; i--) {
    const m = marks[i], part = (now - m.from) / m.long * (m.path.length - 1), leg = Math.floor(part);
    if (leg >= m.path.length - 1 || leg < 0) { marks.splice(i, 1); continue; }
    const a = m.path[leg], b = m.path[leg + 1], f = part - leg;
    shape(g, m.kind, a.x + (b.x - a.x) * f, a.y + (b.y - a.y) * f);
  }
  g.textAlign = 'left';
}

/* ---------------------------------------------------------------- what is told each second */
const current = () => last && (last.clients.find(c => c.name === chosen) || last.clients[0]);
const of = (client, counter) => client.counters[counter] || 0;
function told(now) {
  const seconds = last ? Math.max(.2, (now.at - last.at) / 1000) : 1;
  before = last; last = now; offset = now.at - Date.now();
  if (!chosen && now.clients.length) chosen = now.clients[0].name;
  now.clients.forEach(c => {
    const old = before && before.clients.find(o => o.name === c.name), keep = history_[c.name] = history_[c.name] || KINDS.map(() => []);
    if (old) KINDS.forEach((k, i) => { keep[i].push(Math.max(0, of(c, k[1]) - of(old, k[1])) / seconds); if (keep[i].length > KEEP) keep[i].shift(); });
    const left = departures[c.name] = departures[c.name] || [];
    for (let i = 0; i < c.passages.length; i += 2) {
      const at = now.at - c.passages[i], kind = c.passages[i + 1];
      if (before && at <= before.at) continue;
      if (kind < OUT) left.push(at);
      if (c.name === chosen && waiting.length < 1000) waiting.push({at, kind});
    }
    while (left.length && left[0] < now.at - 20000) left.shift();
  });
  const packets = now.clients.reduce((n, c) => n + KINDS.slice(0, OUT).reduce((m, k) => m + of(c, k[1]), 0), 0);
  if (seconds > .5 || !before) processes.push({at: now.at, cpu: now.process.cpuNanos, heap: now.process.heap, packets});
  if (processes.length > KEEP + 1) processes.shift();
  show();
}
function show() {
  const s = $('sentence'), now = last;
  put('sentence', now.health.sentence); s.dataset.state = now.health.state;
  put('remedy', now.health.remedy || '');
  document.title = (now.health.state === 'ready' ? '' : now.health.state + ' - ') + 'Cloakwork';
  day(now.day); cards(now);
  $('live').hidden = !now.clients.length;
  const c = current();
  if (!c) return;
  const keep = history_[c.name];
  [...$('legend').children].forEach((li, i) => { li.lastChild.textContent = `${KINDS[i][2]} ${number(keep[i].at(-1) || 0)}/s`; });
  lines('rates', KINDS.map((k, i) => ({colour: k[0], label: k[2], values: keep[i]})), '/s');
  lines('again', [{colour: 'copy', label: 'sent again', values: keep[1]}], '/s');
  put('againNote', `${number(of(c, 'packets.sent.retransmission'))} copies of ${number(of(c, 'packets.sent.data'))} packets`);
  bars('oneWay', c.oneWay, 'one-way latency', 'Measured by cover that comes back; this client has none.');
  bars('roundTrips', c.roundTrips, 'packet to acknowledgement', 'Nothing was sent yet.');
  bars('deliveries', c.deliveries, 'message to acknowledgement', 'Nothing was sent yet.');
  process(); price(c); messages(c); tables(c, now); events(now.events);
  const key = JSON.stringify(now.clients.map(x => [x.name, x.uses])) + now.doors.length;
  if (key !== partsKey) { partsKey = key; parts(); }
  if (swapped && now.at > swapped.at + 3500) gap();
}
function day(pieces) {
  // As far back as it was watched, in whole hours.
  const box = $('day'), first = pieces.findIndex(p => p >= 0), hours = Math.ceil((pieces.length - first) / 12), shown = pieces.slice(-12 * hours);
  while (box.children.length < shown.length) box.append(el('i'));
  shown.forEach((p, i) => { const name = p < 0 ? '' : 's' + p; if (box.children[i].className !== name) box.children[i].className = name; });
  const text = `ready ${(last.readyPermille / 10).toFixed(1)} % of the time`, from = hours === 1 ? 'an hour ago' : hours === 24 ? 'a day ago' : hours + ' hours ago';
  put('dayFrom', from); put('dayText', text); box.setAttribute('aria-label', `since ${from}: ${text}`); $('daybox').hidden = false;
}
function cards(now) {
  const box = $('cards');
  now.clients.forEach((c, i) => {
    let b = box.children[i];
    if (!b) {
      b = el('button'); b.append(el('b'), el('span'), el('span'), el('span')); box.append(b);
      b.onclick = () => { chosen = b.dataset.name; marks.length = 0; waiting = []; follow = null; partsKey = ''; show(); };
    }
    const k = history_[c.name], rate = (from, to) => number(k.slice(from, to).reduce((n, v) => n + (v.at(-1) || 0), 0));
    b.dataset.name = c.name; b.setAttribute('aria-pressed', c.name === chosen);
    [c.name, c.state + (c.warnings.length ? ', with a warning' : ''), `${rate(0, OUT)}/s out, ${rate(OUT, 7)}/s in`,
      `${number(of(c, 'messages.in-flight'))} in flight, ${number(of(c, 'messages.received'))} received`].forEach((t, j) => { if (b.children[j].textContent !== t) b.children[j].textContent = t; });
    b.children[1].className = c.state === 'ready' ? '' : 'bad'; b.title = c.reason || c.warnings.join('; ');
  });
  while (box.children.length > now.clients.length) box.lastChild.remove();
}
const spent = (from, to) => Math.max(0, to.cpu - from.cpu) / 1e6 / Math.max(1, to.at - from.at);
function process() {
  const p = last.process, cpu = processes.slice(1).map((x, i) => 100 * spent(processes[i], x));
  lines('process', [{colour: 'data', label: 'CPU, percent of a core', values: cpu}, {colour: 'loop', label: 'memory in MB', values: processes.slice(1).map(x => x.heap / 1e6)}], '');
  put('processNote', `CPU ${number(cpu.at(-1) || 0)} % of a core (blue), memory ${number(p.heap / 1e6)} of ${number(p.heapMax / 1e6)} MB (violet), ${p.threads} threads`);
}
function price(c) {
  const from = processes[Math.max(0, processes.length - 31)], to = processes.at(-1), sent = to.packets - from.packets;
  const each = sent > 20 ? spent(from, to) * (to.at - from.at) / 1000 / sent : 0;
  rows('price', last.covers.map(k => {
    const rate = k.milliPackets / 1000, here = c.uses.cover === k.name;
    return [here ? el('b', k.name + ' (in use)') : k.name, number(rate), `${number(k.out / 1e3)} / ${number(k.back / 1e3)}`,
      ((k.out + k.back) * 86400 / 1e9).toFixed(1), millis(k.waitMicros / 1000), each || !rate ? (100 * rate * each).toFixed(1) + ' %' : 'not known yet'];
  }), 'no cover part is installed');
}
const STEPS = [['sealed', 'sealed', 'coverAck'], ['paced', 'its turn', 'received'], ['sent', 'sent', 'data'], ['ended', 'acknowledged', 'ack']];
function messages(c) {
  const list = c.messages.slice(-12).reverse(), longest = Math.max(1, ...list.map(m => m.ended >= 0 ? m.ended : last.at - m.at));
  rows('messages', list.map(m => {
    const bar = el('div', null, {class: 'bar', role: 'img', 'aria-label': STEPS.filter(s => m[s[0]] >= 0).map(s => s[1] + ' after ' + millis(m[s[0]])).join(', ') || 'in the outbox'});
    let done = 0;
    STEPS.forEach(s => {
      if (m[s[0]] < 0) return;
      const i = el('i');
      i.style.left = 100 * done / longest + '%'; i.style.width = 100 * Math.max(0, m[s[0]] - done) / longest + '%';
      i.style.background = `var(--${m.failure && s[0] === 'ended' ? 'bad' : s[2]})`; done = Math.max(done, m[s[0]]); bar.append(i);
    });
    const b = el('button', m.number, {'aria-label': 'Follow message ' + m.number, 'aria-pressed': m.number === follow});
    b.onclick = () => { follow = m.number; auto = false; followed(c); };
    return [b, clock(m.at), `${m.acknowledged}/${m.packets}` + (m.again ? ` +${m.again}` : ''), bar];
  }), 'none yet');
  followed(c);
}
function followed(c) {
  let m = c.messages.find(x => x.number === follow);
  if (!m || auto && m.ended >= 0 && m.at + m.ended < last.at - 2500) {
    m = c.messages.findLast(x => x.ended < 0) || c.messages.at(-1);
    follow = m && m.number; auto = true;
  }
  if (!m) return $('followed').replaceChildren(el('p', 'No message yet.'));
  const list = el('ol');
  list.append(el('li', `outbox ${clock(m.at)}`, {class: 'done'}));
  STEPS.forEach(s => list.append(el('li', m[s[0]] < 0 ? s[1] : `${m.failure && s[0] === 'ended' ? 'failed: ' + m.failure : s[1]} +${millis(m[s[0]])}`,
    {class: m[s[0]] < 0 ? '' : m.failure && s[0] === 'ended' ? 'failed' : 'done'})));
  $('followed').replaceChildren(el('b', `Message ${m.number}, ${m.packets} ${m.packets === 1 ? 'packet' : 'packets'}`), list);
}
function tables(c, now) {
  rows('surbs', c.replyBlocks.map(s => [s.peer, number(s.count)]), 'none');
  rows('lanes', c.lanes.map(l => [l.kind === 'connection' ? 'connection ' + l.id : l.kind, number(l.bytes)]), 'nothing waits');
  rows('drops', Object.entries(c.counters).filter(([n]) => /dropped|failed|expired|\.lost$|errors$|failures$/.test(n)).map(([n, v]) => [n, number(v)]), 'nothing');
  rows('doors', now.doors.map(d => {
    const sum = end => number(Object.keys(d.figures).filter(k => k.endsWith(end)).reduce((a, k) => a + d.figures[k], 0));
    const open = Object.keys(d.figures).find(k => /\.(connections|sessions)$/.test(k));
    const first = el('span', d.name); first.title = d.addresses.join(' ');
    return [first, d.client, open ? number(d.figures[open]) : '–', open ? sum('.out.bytes') : '–', open ? sum('.in.bytes') : '–'];
  }), 'none');
}
let eventsKey = '';
function events(list) {
  const key = list.length ? list[0].at + list[0].text + list.length : '';
  if (key === eventsKey) return;
  eventsKey = key;
  $('events').replaceChildren(...list.map(e => { const li = el('li'); li.append(el('time', clock(e.at)), e.text); return li; }));
}

/* ---------------------------------------------------------------- parts */
async function parts() {
  const answer = await fetch('parts' + query);
  if (!answer.ok) { partsKey = ''; return; }
  const all = await answer.json(), c = current(), may = last.mayChange && token, open = new Set([...document.querySelectorAll('#parts details[open]')].map(d => d.dataset.key));
  const note = $('mayChange');
  note.replaceChildren(!last.mayChange ? 'Read-only: no token is configured.' : may ? `Use exchanges a part of ${c.name} at once, until the next start.` : 'Read-only: the token is needed to exchange a part. ');
  if (last.mayChange && !token) {
    const label = el('label', 'Token '), input = el('input', null, {type: 'password', autocomplete: 'off'}), go = el('button', 'Use it');
    go.onclick = () => { token = input.value; try { sessionStorage.setItem('token', token); } catch (e) { /* not kept */ } parts(); };
    label.append(input); note.append(label, ' ', go);
  }
  rows('parts', all.parts.map(p => {
    const details = el('details', null, {'data-key': p.kind + p.name}), list = el('dl');
    details.open = open.has(p.kind + p.name);
    details.append(el('summary', p.settings.length + (p.settings.length === 1 ? ' key' : ' keys')), list);
    p.settings.forEach(s => list.append(el('dt', `${s.key} = ${s.value === null ? s.default + ' (default)' : s.value}`), el('dd', s.description)));
    const used = c.uses[p.kind] === p.name, use = el('button', used ? 'In use' : 'Use', {'aria-label': `${used ? 'In use' : 'Use'}: ${p.kind} ${p.name}`});
    use.disabled = used || !may || !p.available;
    use.onclick = () => exchange(c.name, p.kind, p.name);
    const name = el('span', p.kind + ' ');
    name.append(el('b', p.name));
    return [name, p.usedBy.length > 1 && p.usedBy.length === last.clients.length ? 'all' : p.usedBy.join(', '), p.available ? 'there' : p.state, p.settings.length ? details : '', p.kind in c.uses ? use : ''];
  }), 'none');
  rows('worth', all.parts.filter(p => p.kind === 'routes').map(p => {
    const w = all.worth.find(x => x.name === p.name), percent = x => +(100 * x).toFixed(1);
    const name = c.uses.routes === p.name ? el('b', p.name + ' (in use)') : p.name;
    return w ? [name, `${percent(w.traced[0])} % (${percent(w.traced[1])} to ${percent(w.traced[2])})`, (+w.entropy[0]).toFixed(2), millis(1000 * w.p95[0]), percent(w.delivered[0]) + ' %']
      : [name, 'not measured', '', '', ''];
  }), 'no routes part is installed');
  rows('bundles', all.bundles.map(b => [b.name, b.version, b.state]), 'none');
}
async function exchange(client, kind, name) {
  const at = Date.now() + offset, old = last.clients.find(c => c.name === client).uses[kind], failed = of(last.clients.find(c => c.name === client), 'messages.failed');
  $('gap').hidden = false; put('gapText', `${kind} ${old} → ${name}: asked for ...`);
  try {
    const answer = await fetch('swap', {method: 'POST', headers: {Authorization: 'Bearer ' + token}, body: JSON.stringify({client, kind, name})});
    if (!answer.ok) throw new Error((await answer.text()).trim());
  } catch (e) {
    put('gapText', `${kind} ${name} was not taken: ${e.message}`); $('undo').hidden = true;
    if (/token/.test(e.message)) { token = null; try { sessionStorage.removeItem('token'); } catch (x) { /* not kept */ } partsKey = ''; }
    return;
  }
  const took = Math.round(Date.now() + offset - at);
  swapped = {client, kind, name, old, at, failed, took};
  undo = {client, kind, name: old}; $('undo').hidden = false; put('undo', `Undo: ${kind} ${old} again`);
  put('gapText', `${kind} ${old} → ${name} at ${client}, done after ${took} ms; looking at what left ...`);
}
function gap() {
  const s = swapped, from = s.at - 1500, to = s.at + 3000, times = (departures[s.client] || []).filter(t => t > from && t < to), c = last.clients.find(x => x.name === s.client);
  swapped = null;
  let longest = 0, start = 0;
  times.forEach((t, i) => { if (i && t > s.at - 100 && t - times[i - 1] > longest) { longest = t - times[i - 1]; start = times[i - 1]; } });
  const lost = c ? of(c, 'messages.failed') - s.failed : 0;
  put('gapText', `${s.kind} ${s.old} → ${s.name} at ${s.client}, done after ${s.took} ms; ` + (times.length > 1 ? `longest gap in sending ${Math.round(longest)} ms, ` : 'nothing was sent meanwhile, ') + `${lost} messages lost.`);
  const [g, w, h, canvas] = surface('gapStrip'), x = t => (t - from) / (to - from) * w;
  g.fillStyle = colour('grid'); g.fillRect(0, 4, w, h - 22);
  if (longest) { g.fillStyle = colour('line'); g.fillRect(x(start), 4, x(start + longest) - x(start), h - 22); }
  g.fillStyle = colour('data'); times.forEach(t => g.fillRect(x(t), 4, 1.5, h - 22));
  g.fillStyle = colour('bad'); g.fillRect(x(s.at), 0, 2, h - 14);
  g.fillStyle = colour('soft'); g.fillText('pressed', x(s.at) + 4, h - 3); g.fillText('-1.5 s', 0, h - 3); g.textAlign = 'right'; g.fillText('+3 s', w, h - 3); g.textAlign = 'left';
  canvas.setAttribute('aria-label', $('gapText').textContent);
}
$('undo').onclick = () => { const u = undo; if (u) exchange(u.client, u.kind, u.name); };
$('pause').onclick = () => { paused = !paused; pauseText(); };
const pauseText = () => { $('pause').setAttribute('aria-pressed', paused); put('pause', paused ? 'Let the marks move' : 'Stop the marks'); };
pauseText();
$('legend').append(...KINDS.map(k => { const li = el('li'), i = el('span', k[3] + ' ', {'aria-hidden': 'true'}); i.style.color = `var(--${k[0]})`; li.append(i, el('span', k[2])); return li; }));
function listen() {
  const source = new EventSource('events' + query);
  source.onmessage = e => { $('line').hidden = true; told(JSON.parse(e.data)); };
  source.onerror = () => { $('line').hidden = false; if (source.readyState === 2) setTimeout(listen, 1000); };
}
listen();
addEventListener('resize', () => last && show());
requestAnimationFrame(animate);
