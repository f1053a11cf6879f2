// A place for a file: dropped, chosen, or pasted where `pasted` says so. Event "sent": {path}, where it was sent to.
const at = (name) => element.querySelector(name);
const [place, input] = [at('.drop'), at('input')];
const MOST = 25000000;
const say = (text) => (at('.trouble').textContent = text);
const send = async (file) => {
  if (!file) return;
  say('');
  if (file.size > MOST) {
    say(`${file.name} has ${Math.ceil(file.size / 1e6)} MB: at most 25 MB are taken. Save it smaller, and bring it again.`);
    return;
  }
  place.classList.add('busy');
  try {
    trigger('sent', { path: (await upload(file)).path });
  } catch (error) {
    say('The file did not arrive: bring it once more.');
  }
  place.classList.remove('busy');
  input.value = '';
};
input.addEventListener('change', () => send(input.files[0]));
for (const kind of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  place.addEventListener(kind, (event) => {
    event.preventDefault();
    place.classList.toggle('over', kind === 'dragenter' || kind === 'dragover');
    if (kind === 'drop') send(event.dataTransfer.files[0]);
  });
}
if (props.pasted) {
  document.addEventListener('paste', (event) => {
    if (place.offsetParent) send([...event.clipboardData.files][0]);
  });
}
