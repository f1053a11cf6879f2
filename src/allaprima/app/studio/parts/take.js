// A file that is ready. value: {href, name, text}: it is saved at once, and once more by its link.
const line = element.querySelector('.take');
let last = '';
const draw = () => {
  const { href, name, text } = props.value || {};
  line.textContent = text || '';
  if (!href) return;
  const link = document.createElement('a');
  [link.href, link.download, link.textContent] = [href, name, name];
  line.append(' ', link);
  if (href !== last) link.click();
  last = href;
};
watch('value', draw);
draw();
