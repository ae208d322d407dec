const response = await fetch(`${import.meta.env.VITE_API_URL}/notes`);
const notes = await response.json();
document.querySelector('#notes').replaceChildren(
  ...notes.map(({ text }) => {
    const item = document.createElement('li');
    item.textContent = text;
    return item;
  }),
);
