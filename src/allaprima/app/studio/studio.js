// What Gradio leaves out for who uses the keyboard, or listens: whoever chose something goes on where the page went, at
// the view that has come; and each tab's room says whose it is.
let seen = null;
const look = () => {
  document.querySelectorAll('[role=tab]').forEach((tab) => {
    const room = document.getElementById(tab.getAttribute('aria-controls'));
    if (!room || room.role) return;
    room.role = 'tabpanel';
    room.setAttribute('aria-labelledby', tab.id);
  });
  const view = [...document.querySelectorAll('[id^="view-"]')].find((one) => one.offsetParent);
  if (!view || view.id === seen) return;
  const first = seen === null;
  seen = view.id;
  if (!first) window.scrollTo({ top: 0 });
  if (first || document.activeElement !== document.body) return;
  const place = view.querySelector('h2') || view.querySelector('button');
  if (!place) seen = ''; // it is not there yet
  else if (place.tagName === 'H2') place.tabIndex = -1;
  place?.focus({ preventScroll: true });
};
const changes = { subtree: true, childList: true, attributes: true, attributeFilter: ['class', 'style', 'hidden', 'data-now'] };
new MutationObserver(look).observe(document.documentElement, changes);
