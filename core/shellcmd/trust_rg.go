package shellcmd

// ripgrepOptions leaves out what starts other programs: --pre, --hostname-bin,
// --search-zip and its letter z, wherever it stands in a cluster.
var ripgrepOptions = optionSet{
	flags:  ".0abcFhHiIlLnNopPqsSuUvVwx",
	valued: "ABCdeEfgjmMrtT",
	long: names(
		`after-context before-context context context-separator no-context-separator passthru passthrough
		field-context-separator field-match-separator`,
		`auto-hybrid-regex no-auto-hybrid-regex engine pcre2 no-pcre2 pcre2-unicode no-pcre2-unicode pcre2-version
		fixed-strings no-fixed-strings crlf no-crlf regexp file regex-size-limit dfa-size-limit unicode no-unicode
		multiline no-multiline multiline-dotall no-multiline-dotall
		line-regexp word-regexp case-sensitive ignore-case smart-case invert-match no-invert-match`,
		`binary no-binary text no-text encoding no-encoding null-data mmap no-mmap no-pre no-search-zip pre-glob`,
		`block-buffered no-block-buffered line-buffered no-line-buffered`,
		`byte-offset no-byte-offset column no-column line-number no-line-number heading no-heading
		with-filename no-filename null only-matching replace trim no-trim max-columns max-columns-preview
		no-max-columns-preview vimgrep pretty color colors hyperlink-format path-separator`,
		`count count-matches include-zero no-include-zero files files-with-matches files-without-match
		json no-json max-count quiet stats no-stats stop-on-nonmatch sort sortr sort-files no-sort-files`,
		`follow no-follow glob iglob glob-case-insensitive no-glob-case-insensitive hidden no-hidden
		ignore no-ignore ignore-dot no-ignore-dot ignore-exclude no-ignore-exclude ignore-files no-ignore-files
		ignore-global no-ignore-global ignore-parent no-ignore-parent ignore-vcs no-ignore-vcs
		ignore-file ignore-file-case-insensitive no-ignore-file-case-insensitive require-git no-require-git
		max-depth maxdepth max-filesize one-file-system no-one-file-system unrestricted
		type type-not type-add type-clear type-list`,
		`config no-config messages no-messages ignore-messages no-ignore-messages debug trace threads
		generate help version`,
	),
}
