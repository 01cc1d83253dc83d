// The page on which verdicts are overruled by hand.

const AT_ONCE = 60;
const WORDS = { keep: 'Keep', drop: 'Drop', rules: 'As the rules say' };
const find = (name) => document.getElementById(name);
let from = 0;
let of = 0;

async function ask(address, options) {
  const answer = await fetch(address, options);
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.detail);
  return content;
}

function tell(text, wrong = false) {
  find('told').textContent = text;
  find('told').classList.toggle('wrong', wrong);
}

function describe(reason) {
  const value = reason.value === undefined ? '' : ` ${reason.value}`;
  const limit = reason.limit === undefined ? '' : ` (limit ${reason.limit})`;
  return `${reason.reason}${value}${limit}${reason.note ? `: ${reason.note}` : ''}`;
}

function element(name, properties = {}, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function show(figure, picture) {
  const verdict = picture.overruled;
  figure.className = verdict ?? '';
  const told = [picture.path, ...picture.reasons.map(describe)];
  const lines = told.flatMap((line) => [document.createTextNode(line), document.createElement('br')]);
  const buttons = Object.entries(WORDS).map(([word, label]) => {
    const button = element('button', { type: 'button', textContent: label, disabled: !picture.pixels });
    button.setAttribute('aria-pressed', String((verdict ?? 'rules') === word));
    button.addEventListener('click', () => judge(figure, picture, word));
    return button;
  });
  figure.replaceChildren(
    element('img', { src: `api/picture/${picture.number}`, alt: picture.path, loading: 'lazy' }),
    element('figcaption', {}, lines),
    element('div', { className: 'buttons' }, buttons),
  );
}

async function judge(figure, picture, verdict) {
  try {
    const body = JSON.stringify({ number: picture.number, verdict });
    const headers = { 'Content-Type': 'application/json' };
    show(figure, await ask('api/verdicts', { method: 'POST', headers, body }));
    tell(`${picture.path}: ${WORDS[verdict].toLowerCase()}`);
  } catch (error) {
    tell(error.message, true);
  }
}

async function turn(to) {
  try {
    const answer = await ask(`api/pictures?sheet=${encodeURIComponent(find('sheet').value)}&from=${to}`);
    from = to;
    of = answer.of;
    find('pictures').replaceChildren(...answer.pictures.map((picture) => {
      const figure = document.createElement('figure');
      show(figure, picture);
      return figure;
    }));
    find('place').textContent = `${of ? from + 1 : 0} to ${Math.min(of, from + AT_ONCE)} of ${of}`;
    find('back').disabled = from === 0;
    find('on').disabled = from + AT_ONCE >= of;
    scrollTo(0, 0);
  } catch (error) {
    tell(error.message, true);
  }
}

async function start() {
  const { sheets } = await ask('api/sheets');
  find('sheet').replaceChildren(...sheets.map(({ name, count }) => (
    element('option', { value: name, textContent: `${name} (${count})` }))));
  find('sheet').addEventListener('change', () => turn(0));
  find('back').addEventListener('click', () => turn(Math.max(0, from - AT_ONCE)));
  find('on').addEventListener('click', () => turn(from + AT_ONCE));
  await turn(0);
}

start().catch((error) => tell(error.message, true));
