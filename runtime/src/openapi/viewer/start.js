
// Palisade: shows the description beside this page, in the color scheme of the reader.
{
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colors = () => dark.matches
    ? { "bg-color": "#14171c", "text-color": "#e6e8eb", "header-color": "#1d2128", "primary-color": "#8ab4f8", "secondary-color": "#8ab4f8", "nav-bg-color": "#1d2128", "nav-text-color": "#e6e8eb" }
    : { "bg-color": "#ffffff", "text-color": "#1f2328", "header-color": "#f3f4f6", "primary-color": "#1a5fb4", "secondary-color": "#1a5fb4", "nav-bg-color": "#f3f4f6", "nav-text-color": "#1f2328" };
  const explorer = document.createElement("openapi-explorer");
  const paint = () => {
    for (const [name, value] of Object.entries(colors())) explorer.setAttribute(name, value);
  };
  explorer.setAttribute("spec-url", new URL("openapi.json", document.baseURI).href);
  explorer.setAttribute("hide-server-selection", "");
  explorer.style.setProperty("--font-regular", "system-ui, sans-serif");
  paint();
  dark.addEventListener("change", paint);
  document.body.append(explorer);
}
