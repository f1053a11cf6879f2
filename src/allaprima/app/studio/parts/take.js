// A file that is ready. value: {href, name, text}: it is saved when it comes, and once more by its link.
const line = element.querySelector('.take');
let last = '';
const draw = (fresh) => {
  const { href, name, text } = props.value || {};
  line.textContent = text || '';
  if (!href) return;
  const link = document.createElement('a');
  [link.href, link.download, link.textContent] = [href, name, name];
  line.append(' ', link);
  if (fresh && href !== last) link.click();
  last = href;
};
watch('value', () => draw(true));
draw(false);
