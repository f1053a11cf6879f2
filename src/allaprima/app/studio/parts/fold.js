// Unfolds what comes after it, as the CSS says.
const button = element.querySelector('.fold');
button.addEventListener('click', () => button.setAttribute('aria-expanded', String(button.ariaExpanded !== 'true')));
