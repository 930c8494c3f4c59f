// A button that shows the password being chosen. Without it the page works the same.
(() => {
  'use strict';
  const button = document.getElementById('show-password');
  const field = document.getElementById('password');
  if (!button || !field) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    const shown = field.type === 'text';
    field.type = shown ? 'password' : 'text';
    button.setAttribute('aria-pressed', String(!shown));
  });
  field.form.addEventListener('submit', () => { field.type = 'password'; });
})();
