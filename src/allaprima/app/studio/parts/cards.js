// Cards to choose from; those that are to `lead` elsewhere go to its top. value: {cards: [{key, name, about, src, waiting}], chosen}. Event "pick": {key}.
const list = element.querySelector('.cards');
const make = (card) => {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'card';
  button.dataset.key = card.key;
  button.innerHTML = '<span class="frame"><img alt="" decoding="async"></span><span class="name"></span><span class="about"></span>';
  return button;
};
const put = (node, text) => {
  if (node.textContent !== (text || '')) node.textContent = text || '';
};
const draw = () => {
  const { cards = [], chosen = null } = props.value || {};
  const there = [...list.children].map((one) => one.dataset.key).join('\n');
  if (there !== cards.map((one) => one.key).join('\n')) list.replaceChildren(...cards.map(make));
  cards.forEach((card, at) => {
    const button = list.children[at];
    const image = button.querySelector('img');
    if (card.src && image.getAttribute('src') !== card.src) image.src = card.src;
    image.hidden = !card.src;
    button.classList.toggle('waiting', !!card.waiting);
    button.setAttribute('aria-pressed', String(card.key === chosen));
    if (chosen === null) button.removeAttribute('aria-pressed');
    put(button.querySelector('.name'), card.name);
    put(button.querySelector('.about'), card.about);
  });
  list.hidden = !cards.length;
};
list.addEventListener('click', (event) => {
  const button = event.target.closest('.card');
  if (!button) return;
  if (props.leads) window.scrollTo({ top: 0 });
  trigger('pick', { key: button.dataset.key });
});
watch('value', draw);
draw();
