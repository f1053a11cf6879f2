// What Gradio leaves out for who uses the keyboard, or listens: whoever chose something goes on where the page went, at
// the view that has come; and what is folded says so.
let seen = null;
const look = () => {
  document.querySelectorAll('.label-wrap').forEach((one) => (one.ariaExpanded = String(one.classList.contains('open'))));
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
const changes = { subtree: true, childList: true, attributes: true, attributeFilter: ['class', 'style', 'hidden'] };
new MutationObserver(look).observe(document.documentElement, changes);
