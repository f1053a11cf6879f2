// A photo, and the faces found in it. value: {src, faces: [[left, top, right, bottom]], text}
const at = (name) => element.querySelector(name);
const draw = () => {
  const { src, faces = [], text = '' } = props.value || {};
  if (src && at('img').getAttribute('src') !== src) at('img').src = src;
  at('img').hidden = !src;
  at('figcaption').textContent = text;
  at('svg').innerHTML = faces
    .map(([left, top, right, bottom]) => {
      const [x, y] = [(left + right) / 2, (top + bottom) / 2];
      return `<ellipse cx="${x}" cy="${y}" rx="${(right - left) / 1.8}" ry="${(bottom - top) / 1.6}" vector-effect="non-scaling-stroke"/>`;
    })
    .join('');
};
watch('value', draw);
draw();
