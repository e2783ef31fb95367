// Runs before the first paint, so that a chosen theme never flashes the other one.
try {
  var chosen = JSON.parse(localStorage.getItem("maquette.preferences") || "{}").theme;
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Without storage the page follows the system.
}
