// The client's navigation: screens are exchanged in place, so that a web panel lives on until its address changes.

/** @param {string} url @param {RequestInit} [init] */
async function go(url, init = {}) {
  const response = await fetch(url, init);
  const next = new DOMParser().parseFromString(await response.text(), 'text/html');
  const nextMain = next.querySelector('main[data-screen]');
  // A sign-in page, or none of ours: let the browser have it.
  if (!nextMain) return location.assign(response.url);

  const main = document.querySelector('main');
  document.title = next.title;
  replace(document.querySelector('[data-part="navigator"]'), next.querySelector('[data-part="navigator"]'));
  if (main.dataset.screen === nextMain.dataset.screen) exchangeParts(main, nextMain);
  else {
    main.replaceWith(document.adoptNode(nextMain));
    begin();
  }
  if (response.url !== location.href) history.pushState(null, '', response.url);
}

/** The same screen with another record, or the same one again: tabs and frames stay. */
function exchangeParts(main, next) {
  const frames = main.querySelector('[data-part="frames"]');
  const nextFrames = next.querySelector('[data-part="frames"]');
  if (!frames || !nextFrames || keys(frames) !== keys(nextFrames)) {
    if (!frames && main.querySelector('iframe')) return navigateFrames(main, next);
    main.replaceChildren(...next.childNodes);
    return begin();
  }
  for (const part of ['record', 'archive']) {
    replace(main.querySelector(`[data-part="${part}"]`), next.querySelector(`[data-part="${part}"]`), true);
  }
  navigateFrames(main, next);
  begin();
}

function navigateFrames(main, next) {
  for (const frame of main.querySelectorAll('iframe[data-panel]')) {
    const url = next.querySelector(`iframe[data-panel="${frame.dataset.panel}"]`)?.dataset.url;
    if (!url || url === frame.dataset.url) continue;
    frame.dataset.url = url;
    if (frame.hasAttribute('src')) frame.src = url;
  }
}

function keys(frames) {
  return [...frames.querySelectorAll('iframe')].map((frame) => frame.dataset.panel).join();
}

/** `inside` keeps the element, and with it its role and name. */
function replace(old, next, inside = false) {
  if (!old || !next) return;
  if (inside) old.replaceChildren(...document.adoptNode(next).childNodes);
  else old.replaceWith(document.adoptNode(next));
}

function select(tab, { focus = false } = {}) {
  const tabs = tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]');
  for (const other of tabs) {
    const selected = other === tab;
    other.setAttribute('aria-selected', String(selected));
    other.tabIndex = selected ? 0 : -1;
    const panel = document.getElementById(other.getAttribute('aria-controls'));
    panel.hidden = !selected;
    if (selected) show(panel.querySelector('iframe'));
  }
  sessionStorage.setItem(tabKey(tab), tab.textContent.trim());
  if (focus) tab.focus();
}

function show(frame) {
  if (frame && (!frame.hasAttribute('src') || frame.hasAttribute('data-always-reload'))) frame.src = frame.dataset.url;
}

function tabKey(tab) {
  return `${document.querySelector('main').dataset.screen}/${tab.closest('[role="tablist"]').getAttribute('aria-label')}`;
}

/** After something new has come in: the tabs used last, and the panel that fills the page. */
function begin() {
  show(document.querySelector('.whole-panel iframe'));
  for (const tab of document.querySelectorAll('[role="tab"]')) {
    const last = sessionStorage.getItem(tabKey(tab)) === tab.textContent.trim();
    if (last && tab.getAttribute('aria-selected') === 'false') select(tab);
  }
  document.querySelector('[data-editing] [role="tabpanel"]:not([hidden]) .input')?.focus();
}

document.addEventListener('click', (event) => {
  const tab = event.target.closest('[role="tab"]');
  if (tab) return select(tab);
  const link = event.target.closest('a[data-go]');
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(event.target) || link) menu.open = false;
  }
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  void go(link.href);
});

document.addEventListener('submit', (event) => {
  const form = event.target.closest('form[data-go]');
  if (!form) return;
  event.preventDefault();
  const data = new URLSearchParams(new FormData(form));
  if (form.method === 'get') void go(`${form.action}?${data}`);
  else void go(form.action, { method: 'POST', body: data });
});

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-submit]')) event.target.form.submit();
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') for (const menu of document.querySelectorAll('details.menu[open]')) menu.open = false;
  const tab = event.target.closest?.('[role="tab"]');
  if (!tab) return;
  const tabs = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')];
  const at = tabs.indexOf(tab);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  select(tabs[(to + tabs.length) % tabs.length], { focus: true });
});

addEventListener('popstate', () => void go(location.href));

// CrossMessaging: a panel asks, and is never answered.
addEventListener('message', ({ source, data }) => {
  const ours = [...document.querySelectorAll('iframe[data-panel]')].some((frame) => frame.contentWindow === source);
  if (!ours || typeof data !== 'object' || data === null) return;
  if (data.command === 'refresh') {
    // What is being typed is worth more than what is being read.
    if (!document.querySelector('[data-editing]')) void go(location.href);
  } else if (data.command === 'soprotocol' && typeof data.arguments === 'string') {
    void go(`${document.querySelector('main').dataset.root}/default.aspx?${encodeURIComponent(data.arguments)}`);
  }
});

begin();
