import { describe, expect, it } from "vitest";

import { parseQuery, writeQuery } from "./query";

describe("a written query", () => {
  it("is split into filters and words", () => {
    expect(parseQuery('lake tag:"New York" camera:X100V fog')).toEqual({
      tokens: [
        { operator: "tag", value: "New York" },
        { operator: "camera", value: "X100V" },
      ],
      text: "lake fog",
    });
  });

  it("keeps what is no filter as words, for the server to judge", () => {
    expect(parseQuery("rating:9 colour:red 12:30 -tag:a").text).toBe("rating:9 colour:red 12:30 -tag:a");
  });

  it("comes back as it was written", () => {
    const written = 'tag:"New York" rating:4 fog';
    expect(writeQuery(parseQuery(written))).toBe(written);
  });

  it("keeps a phrase in quotes for the server", () => {
    expect(parseQuery('"blue hour"').text).toBe('"blue hour"');
  });

  it("reads dates as far as they are written", () => {
    expect(parseQuery("after:2024 before:2024-05-17").tokens).toHaveLength(2);
    expect(parseQuery("after:soon").tokens).toEqual([]);
  });
});
