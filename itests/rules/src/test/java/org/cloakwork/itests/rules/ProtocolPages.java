package org.cloakwork.itests.rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The pages of {@code docs/protocol} and what of them can be cited, by the rule in their README: a citation names a
 * page and, after a comma, places in it.
 *
 * @param places by the page's name without {@code .md}: numbers of its sections, its weak spots, and words
 */
record ProtocolPages(Map<String, Set<String>> places) {

    /** Between words of a comment: spaces, ends of lines, and what lines of comments begin with. */
    private static final String GAP = "[\\s*/]+";
    private static final String PLACE = "(?:\\d+(?:\\.\\d+)*|W\\d+|conventions)\\b";
    private static final Pattern CITATION = Pattern.compile("protocol/(\\w[\\w-]*)((?:," + GAP + PLACE
            + "(?:(?:," + GAP + "(?:and" + GAP + ")?|" + GAP + "(?:and|to)" + GAP + ")" + PLACE + ")*)?)");
    private static final Pattern NO_COMMA = Pattern.compile("\\G" + GAP + "\\d");
    private static final Pattern ONE_PLACE = Pattern.compile(PLACE);
    private static final Pattern SOURCE = Pattern.compile("Source:" + GAP
            + "(?:(protocol/)|docs/([\\w./-]+\\.md)|(RFC \\d))?");

    private static final Pattern HEADING = Pattern.compile("^#{2,3} (\\d+(?:\\.\\d+)?)\\.? (\\w+)", Pattern.MULTILINE);
    private static final Pattern WEAK_SPOT = Pattern.compile("\\*\\*(W\\d+)\\*\\*");

    static ProtocolPages read(Path folder) throws IOException {
        Map<String, Set<String>> places = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".md")).toList()) {
                places.put(file.getFileName().toString().replace(".md", ""), places(Files.readString(file)));
            }
        }
        return new ProtocolPages(places);
    }

    private static Set<String> places(String page) {
        Set<String> places = new HashSet<>();
        for (MatchResult heading : HEADING.matcher(page).results().toList()) {
            places.add(heading.group(1));
            if (heading.group(1).equals("0")) {
                places.add(heading.group(2).toLowerCase());
            }
        }
        WEAK_SPOT.matcher(page).results().forEach(spot -> places.add(spot.group(1)));
        return places;
    }

    /** How many citations a file has and which of them lead nowhere. */
    record Found(int citations, List<String> problems) {
    }

    /**
     * @param name of the file, for problems
     * @param java its text
     * @param docs the folder of pages for users, which a source may also be in
     */
    Found check(String name, String java, Path docs) {
        List<String> problems = new ArrayList<>();
        int citations = 0;
        Matcher citation = CITATION.matcher(java);
        while (citation.find()) {
            citations++;
            Optional<String> problem = problem(citation.group(1), citation.group(2),
                    NO_COMMA.matcher(java).find(citation.end()));
            int at = citation.start();
            problem.ifPresent(text -> problems.add(name + ":" + line(java, at) + ": " + text));
        }
        Matcher source = SOURCE.matcher(java);
        while (source.find()) {
            boolean page = source.group(2) != null && Files.exists(docs.resolve(source.group(2)));
            if (source.group(1) == null && source.group(3) == null && !page) {
                problems.add(name + ":" + line(java, source.start())
                        + ": a source is a page of docs/protocol, of docs, or an RFC");
            }
        }
        return new Found(citations, problems);
    }

    private Optional<String> problem(String page, String cited, boolean noComma) {
        Set<String> known = places.get(page);
        if (known == null) {
            return Optional.of("there is no docs/protocol/" + page + ".md");
        }
        if (cited.isEmpty() && noComma) {
            return Optional.of("a comma is missing between page and section");
        }
        List<String> unknown = ONE_PLACE.matcher(cited).results().map(MatchResult::group)
                .filter(place -> !known.contains(place)).toList();
        return unknown.isEmpty() ? Optional.empty()
                : Optional.of("docs/protocol/" + page + ".md has no " + String.join(", ", unknown));
    }

    private static long line(String text, int offset) {
        return 1 + text.substring(0, offset).chars().filter(c -> c == '\n').count();
    }
}
