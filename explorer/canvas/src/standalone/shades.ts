/** Light and dark: as the system has it, until somebody chooses. */

type Shade = "light" | "dark";

export class Shades {
  private chosen: Shade | null = null;
  private readonly system = matchMedia("(prefers-color-scheme: dark)");

  constructor(
    private readonly button: HTMLButtonElement,
    private readonly changed: () => void,
  ) {
    button.addEventListener("click", () => {
      this.chosen = this.shade === "dark" ? "light" : "dark";
      this.apply();
    });
    this.system.addEventListener("change", () => this.apply());
    this.apply();
  }

  private get shade(): Shade {
    return this.chosen ?? (this.system.matches ? "dark" : "light");
  }

  private apply(): void {
    document.documentElement.dataset.shade = this.shade;
    const words = `Show the page ${this.shade === "dark" ? "light" : "dark"}`;
    this.button.textContent = "◐";
    this.button.title = words;
    this.button.setAttribute("aria-label", words);
    this.changed();
  }
}
