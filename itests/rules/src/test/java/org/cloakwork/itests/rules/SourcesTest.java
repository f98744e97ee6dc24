package org.cloakwork.itests.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the code cites of {@code docs/protocol} is there, and what that page says of classes is so. */
class SourcesTest {

    private static final Path ROOT = SourceFiles.ROOT;
    private static final Path DOCS = ROOT.resolve("docs");
    private static final Path PROTOCOL = DOCS.resolve("protocol");
    private static final int LEAST_CITATIONS = 100;

    private static final Pattern ROW =
            Pattern.compile("^\\| [^|`]+\\| `([\\w/-]+)` \\| (`\\w+`.*) \\|$", Pattern.MULTILINE);
    private static final Pattern QUOTED = Pattern.compile("`(\\w+)`");

    /** Written apart, so that this file cites nothing. */
    private static final String CITED = "protocol" + "/";
    private static final String SAID = "Source" + ": ";

    private static ProtocolPages pages;

    @BeforeAll
    static void read() throws IOException {
        pages = ProtocolPages.read(PROTOCOL);
    }

    @Test
    void everyCitationOfTheProtocolLeadsToASection() throws IOException {
        int citations = 0;
        List<String> problems = new ArrayList<>();
        for (Path file : SourceFiles.java()) {
            ProtocolPages.Found found = pages.check(ROOT.relativize(file).toString(), Files.readString(file), DOCS);
            citations += found.citations();
            problems.addAll(found.problems());
        }
        assertEquals(List.of(), problems);
        assertTrue(citations >= LEAST_CITATIONS, "citations: " + citations);
    }

    /** Consoles have many charsets, above all on Windows: what is printed has letters that all of them have. */
    @Test
    void textsOfThePartsThatPeopleRunAreAscii() throws IOException {
        List<String> problems = new ArrayList<>();
        for (Path file : SourceFiles.java()) {
            String name = ROOT.relativize(file).toString().replace('\\', '/');
            if (name.contains("/src/main/")) {
                // Comments are for people with editors.
                String code = Files.readString(file).replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("(?m)^ *//.*", "");
                code.lines().filter(line -> line.chars().anyMatch(letter -> letter > '~'))
                        .forEach(line -> problems.add(name + ": " + line.strip()));
            }
        }
        assertEquals(List.of(), problems);
    }

    @Test
    void whatLeadsNowhereIsFound() {
        assertFound("A.java:1: docs/protocol/3-messages.md has no 2.99", "/** " + CITED + "3-messages, 2.99. */");
        assertFound("A.java:2: docs/protocol/1-sphinx.md has no 77", "/**\n * " + CITED + "1-sphinx, 4, 6 and 77. */");
        assertFound("A.java:1: docs/protocol/2-packets.md has no 98, 99",
                "/** " + CITED + "2-packets,\n * 1, 98\n * to 99. */");
        assertFound("A.java:1: docs/protocol/5-client.md has no W50", "// " + CITED + "5-client, 4.2, W19 and W50");
        assertFound("A.java:1: docs/protocol/1-sphinx.md has no conventions", "// " + CITED + "1-sphinx, conventions");
        assertFound("A.java:1: there is no docs/" + CITED + "9-nothing.md", "/** " + CITED + "9-nothing. */");
        assertFound("A.java:1: a comma is missing between page and section", "/** " + CITED + "3-messages 2.1. */");
        String noPage = "A.java:1: a source is a page of docs/protocol, of docs, or an RFC";
        assertFound(noPage, "/** " + SAID + "the plan. */");
        assertFound(noPage, "/** " + SAID + "docs/nothing.md. */");
    }

    private static void assertFound(String problem, String java) {
        assertEquals(List.of(problem), pages.check("A.java", java, DOCS).problems());
    }

    @Test
    void whatIsThereIsFoundInEveryFormACitationMayHave() {
        for (String java : List.of(CITED + "3-messages.", CITED + "3-messages, 2.1. Then more",
                CITED + "3-messages, 2.2 to 2.4.", CITED + "5-client, 4.2, W19 and W22.",
                CITED + "6-frontends, conventions.", CITED + "7-network, 1.3} more",
                CITED + "4-gateway, 5, items 1 to 6", CITED + "3-messages,\n     * 5.3 and 6. */",
                SAID + "docs/websocket.md.", SAID + "RFC 7748, 4.1.")) {
            assertEquals(List.of(), pages.check("A.java", java, DOCS).problems(), java);
        }
    }

    @Test
    void theClassesThatThePageNamesAreInTheModulesItNames() throws IOException {
        List<MatchResult> rows = ROW.matcher(Files.readString(PROTOCOL.resolve("README.md"))).results().toList();
        List<String> missing = new ArrayList<>();
        for (MatchResult row : rows) {
            List<String> there = SourceFiles.java(ROOT.resolve(row.group(1)).resolve("src/main/java")).stream()
                    .map(file -> file.getFileName().toString().replace(".java", "")).toList();
            QUOTED.matcher(row.group(2)).results().map(name -> name.group(1)).filter(name -> !there.contains(name))
                    .forEach(name -> missing.add(row.group(1) + " has no " + name));
        }
        assertEquals(List.of(), missing);
        assertTrue(rows.size() > 30, "rows: " + rows.size());
    }
}
