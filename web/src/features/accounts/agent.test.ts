import { describe, expect, it } from "vitest";

import { describeAgent } from "./agent";

describe("a user agent in words", () => {
  it("is the browser and its system", () => {
    expect(describeAgent("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36")).toBe(
      "Chrome, Linux",
    );
    expect(describeAgent("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1")).toBe(
      "Safari, iOS",
    );
  });

  it("is the name of a program that is no browser", () => {
    expect(describeAgent("curl/8.5.0")).toBe("curl/8.5.0");
  });
});
