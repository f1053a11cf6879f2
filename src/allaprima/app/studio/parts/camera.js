// A picture from the camera. Event "taken": {path}, where it was sent to.
const at = (name) => element.querySelector(name);
const video = at('video');
let stream = null;
const close = () => {
  if (stream) stream.getTracks().forEach((track) => track.stop());
  stream = null;
  [video.hidden, at('.snap').hidden, at('.start').hidden] = [true, true, false];
};
const closeUnseen = () => {
  if (!element.offsetParent) close();
};
new ResizeObserver(closeUnseen).observe(element); // it has no size where another view, or room, is shown
at('.start').addEventListener('click', async () => {
  at('.trouble').textContent = '';
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1920 }, height: { ideal: 1080 } } });
    video.srcObject = stream;
    await video.play();
    [video.hidden, at('.snap').hidden, at('.start').hidden] = [false, false, true];
    closeUnseen(); // somebody may have gone on while the browser asked whether it may be used
  } catch (error) {
    at('.trouble').textContent = 'There is no camera that may be used: allow it in the browser, or bring a file.';
  }
});
at('.snap').addEventListener('click', () => {
  const picture = document.createElement('canvas');
  [picture.width, picture.height] = [video.videoWidth, video.videoHeight];
  picture.getContext('2d').drawImage(video, 0, 0);
  close();
  picture.toBlob(async (blob) => {
    try {
      trigger('taken', { path: (await upload(new File([blob], 'camera.jpg', { type: 'image/jpeg' }))).path });
    } catch (error) {
      at('.trouble').textContent = 'The picture did not arrive: take it once more.';
    }
  }, 'image/jpeg', 0.95);
});
