// Rooms, of which one is open, as the CSS says. `rooms`: [[id, label]]. value: the id of the one. Event "turned": {id}.
const list = element.querySelector('.tabs');
const show = () => {
  list.dataset.now = props.value;
  for (const tab of list.children) {
    tab.setAttribute('aria-selected', String(tab.dataset.room === props.value));
    tab.tabIndex = tab.dataset.room === props.value ? 0 : -1;
  }
};
const turn = (tab) => {
  if (!tab || tab.dataset.room === props.value) return;
  props.value = tab.dataset.room;
  show();
  tab.focus();
  trigger('turned', { id: props.value });
};
props.rooms.forEach(([id, label]) => {
  const tab = document.createElement('button');
  Object.assign(tab, { type: 'button', role: 'tab', id: `${id}-tab`, textContent: label });
  tab.dataset.room = id;
  tab.setAttribute('aria-controls', id);
  list.append(tab);
});
list.addEventListener('click', (event) => turn(event.target.closest('[role=tab]')));
list.addEventListener('keydown', (event) => {
  const now = event.target;
  const next = { ArrowLeft: now.previousElementSibling, ArrowRight: now.nextElementSibling, Home: list.firstElementChild, End: list.lastElementChild };
  if (!(event.key in next)) return;
  event.preventDefault();
  turn(next[event.key]);
});
watch('value', show);
show();
