// The page on which verdicts are overruled by hand, with a mouse or with keys alone.

const WORDS = { keep: 'Keep', drop: 'Drop', rules: 'By rules' };
const KEYS = { k: 'keep', d: 'drop', r: 'rules' };
const STATES = { kept: 'kept', dropped: 'dropped', keep: 'kept', drop: 'dropped' };
const find = (name) => document.getElementById(name);

const sheet = { from: 0, of: 0, step: 1 };
let cards = []; // { figure, picture }, in the order in which they are shown
let chosen = 0;
let enlarged = 0; // the browser puts the focus back on the picture from which the dialog was opened

const PATIENCE = 15000; // ms

async function ask(address, options) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE), ...options }).catch(() => {
    throw new Error('The server does not answer. Start `stenciltorch curate ... --review` again; what was told stays.');
  });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.detail);
  return content;
}

function tell(text, wrong = false) {
  find('told').textContent = text;
  find('told').classList.toggle('wrong', wrong);
}

function element(name, properties = {}, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function describe(reason) {
  const value = reason.value === undefined ? '' : ` ${reason.value}`;
  const limit = reason.limit === undefined ? '' : ` (limit ${reason.limit})`;
  return `${reason.reason}${value}${limit}${reason.note ? `: ${reason.note}` : ''}`;
}

function state({ pixels, overruled, verdict }) {
  if (!pixels) return 'cannot be read';
  return `${STATES[overruled ?? verdict]} by ${overruled ? 'hand' : 'the rules'}`;
}

function buttonOf(word, place) {
  const button = element('button', { type: 'button', textContent: WORDS[word] });
  button.dataset.verdict = word;
  button.addEventListener('click', () => judge(place, word));
  return button;
}

function cardOf(picture, place) {
  const image = element('img', { src: `api/picture/${picture.number}`, alt: '', loading: 'lazy' });
  image.addEventListener('click', () => { choose(place); enlarge(); });
  const lines = [picture.path, ...picture.reasons.map(describe)].map((line) => element('p', { textContent: line }));
  const caption = element('figcaption', {}, [...lines, element('p', { className: 'state' })]);
  const buttons = element('div', { className: 'buttons' }, Object.keys(WORDS).map((word) => buttonOf(word, place)));
  const figure = element('figure', {}, picture.pixels ? [image, caption, buttons] : [image, caption]);
  figure.addEventListener('focusin', () => mark(place));
  return { figure, picture };
}

function show({ figure, picture }) {
  const verdict = picture.overruled ?? 'rules';
  figure.className = picture.overruled ?? '';
  figure.querySelector('.state').textContent = state(picture);
  figure.setAttribute('aria-label', `${picture.path}, ${state(picture)}`);
  for (const button of figure.querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String(button.dataset.verdict === verdict));
  }
  if (find('large').open) showLarge();
}

// One picture, with its buttons, is a stop of the tabulator key; arrows go to the others.
function mark(place) {
  chosen = place;
  cards.forEach(({ figure }, number) => {
    for (const part of [figure, ...figure.querySelectorAll('button')]) part.tabIndex = number === place ? 0 : -1;
  });
}

function choose(place) {
  if (!cards.length) return;
  mark(Math.min(Math.max(place, 0), cards.length - 1));
  cards[chosen].figure.focus();
  cards[chosen].figure.scrollIntoView({ block: 'nearest' });
  if (find('large').open) showLarge();
}

function columns() {
  const top = cards[0]?.figure.offsetTop;
  return Math.max(1, cards.filter(({ figure }) => figure.offsetTop === top).length);
}

// One after the other, so that the last verdict on a picture is the one that stays.
let sent = Promise.resolve();

function judge(place, verdict) {
  const card = cards[place];
  sent = sent.then(() => send(card, verdict));
  return sent;
}

async function send(card, verdict) {
  if (!card?.picture.pixels) return tell('This file cannot be read, so there is nothing to keep.', true);
  try {
    const body = JSON.stringify({ number: card.picture.number, verdict });
    const headers = { 'Content-Type': 'application/json' };
    card.picture = await ask('api/verdicts', { method: 'POST', headers, body });
    show(card);
    tell(`${card.picture.path}: ${state(card.picture)}`);
    count(card.picture.by_hand);
  } catch (error) {
    tell(error.message, true);
  }
  return undefined;
}

function count(number) {
  find('count').textContent = `${number} by hand`;
}

function enlarge() {
  if (!cards.length) return;
  find('large').showModal();
  showLarge();
}

function showLarge() {
  enlarged = chosen;
  const { picture } = cards[enlarged];
  const address = `api/picture/${picture.number}?large=1`;
  if (find('view').getAttribute('src') !== address) find('view').src = address;
  find('name').textContent = picture.path;
  find('state').textContent = `(${state(picture)})`;
  find('state').className = picture.overruled ?? '';
}

async function turn(to) {
  if (to < 0 || (to > 0 && to >= sheet.of)) return;
  try {
    const answer = await ask(`api/pictures?sheet=${encodeURIComponent(find('sheet').value)}&from=${to}`);
    Object.assign(sheet, { from: to, of: answer.of, step: answer.at_once });
    cards = answer.pictures.map(cardOf);
    find('pictures').replaceChildren(...cards.map(({ figure }) => figure));
    cards.forEach(show);
    mark(0);
    find('place').textContent = `${sheet.of ? to + 1 : 0} to ${Math.min(sheet.of, to + sheet.step)} of ${sheet.of}`;
    find('back').disabled = to === 0;
    find('on').disabled = to + sheet.step >= sheet.of;
    scrollTo(0, 0);
  } catch (error) {
    tell(error.message, true);
  }
}

async function leaf(to) {
  await turn(to);
  if (!find('large').open) choose(0);
}

const ACTIONS = {
  ArrowLeft: () => choose(chosen - 1),
  ArrowRight: () => choose(chosen + 1),
  ArrowUp: () => choose(chosen - columns()),
  ArrowDown: () => choose(chosen + columns()),
  Home: () => choose(0),
  End: () => choose(cards.length - 1),
  PageUp: () => leaf(Math.max(0, sheet.from - sheet.step)),
  PageDown: () => leaf(sheet.from + sheet.step),
  Enter: enlarge,
};

function press(event) {
  const { target, key } = event;
  const elsewhere = target.closest('select') || (key === 'Enter' && target.closest('button'));
  if (event.ctrlKey || event.metaKey || event.altKey || elsewhere) return;
  const large = find('large').open;
  if (large && (key === 'Enter' || key.startsWith('Page'))) return;
  const verdict = KEYS[key.toLowerCase()];
  if (!verdict && !ACTIONS[key]) return;
  event.preventDefault();
  if (verdict) judge(chosen, verdict);
  else ACTIONS[key]();
}

async function start() {
  const { sheets, overruled } = await ask('api/sheets');
  find('sheet').replaceChildren(...sheets.map(({ name, count: pictures }) => (
    element('option', { value: name, textContent: `${name} (${pictures})` }))));
  count(overruled);
  find('sheet').addEventListener('change', () => turn(0));
  find('back').addEventListener('click', () => turn(Math.max(0, sheet.from - sheet.step)));
  find('on').addEventListener('click', () => turn(sheet.from + sheet.step));
  find('close').addEventListener('click', () => find('large').close());
  find('large').addEventListener('close', () => choose(enlarged));
  addEventListener('keydown', press);
  if (sheets.length) await turn(0);
  else find('pictures').replaceChildren(element('p', { textContent: 'There are no pictures in this dataset.' }));
}

start().catch((error) => tell(error.message, true));
