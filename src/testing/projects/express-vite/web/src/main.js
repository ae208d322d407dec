const response = await fetch(`${import.meta.env.VITE_API_URL}/orders`);
const orders = await response.json();
document.querySelector('#orders').replaceChildren(
  ...orders.map((order) => {
    const item = document.createElement('li');
    item.textContent = order.item;
    return item;
  }),
);
