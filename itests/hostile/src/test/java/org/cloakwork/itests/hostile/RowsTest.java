package org.cloakwork.itests.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of this module's README says where the tests of each row are, and they are there. */
class RowsTest {

    private static final Path CHECKOUT = Path.of("../..");
    private static final Pattern LINE = Pattern.compile("(?m)^\\| ([A-Z]\\d+)[^|]* \\| `([^`]+)` \\| (.+) \\|$");
    private static final Pattern NAMED = Pattern.compile("`(\\w+)(?:\\.(\\w+))?`");
    private static final Pattern TEST = Pattern.compile("@(?:Test|ParameterizedTest|TestFactory|RepeatedTest)\\b");
    private static final Set<String> ROWS = Stream.of(rows('R', 8), rows('L', 4), rows('P', 5), rows('C', 9),
            rows('V', 1)).flatMap(row -> row).collect(Collectors.toCollection(TreeSet::new));

    private static Stream<String> rows(char kind, int last) {
        return IntStream.rangeClosed(1, last).mapToObj(number -> "" + kind + number);
    }

    /** {@return how many tests a class of a module has, or 1 if one of them is named and is there} */
    private static long tests(String module, String type, String method) throws IOException {
        List<Path> found;
        try (Stream<Path> files = Files.walk(CHECKOUT.resolve(module).resolve("src/test/java"))) {
            found = files.filter(file -> file.endsWith(type + ".java")).toList();
        }
        assertEquals(1, found.size(), module + " has no " + type);
        String source = Files.readString(found.getFirst());
        if (method == null) {
            return TEST.matcher(source).results().count();
        }
        assertTrue(source.contains(" void " + method + "("), type + " has no " + method);
        return 1;
    }

    @Test
    void eachRowHasItsTests() throws Exception {
        Matcher lines = LINE.matcher(Files.readString(Path.of("README.md")));
        Set<String> named = new TreeSet<>();
        List<String> said = new ArrayList<>();
        long all = 0;
        while (lines.find()) {
            named.add(lines.group(1));
            long tests = 0;
            Matcher places = NAMED.matcher(lines.group(3));
            while (places.find()) {
                tests += tests(lines.group(2), places.group(1), places.group(2));
            }
            assertTrue(tests > 0, lines.group());
            said.add(lines.group(1) + ": " + tests + " in " + lines.group(2));
            all += tests;
        }
        assertEquals(ROWS, named);
        System.out.println(String.join(System.lineSeparator(), said));
        System.out.println(named.size() + " rows, " + all + " tests");
    }

    @Test
    void eachTestHereStandsForItsRow() throws Exception {
        String table = Files.readString(Path.of("README.md"));
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            assertEquals(List.of(), files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[RLPCV]\\d+\\w+IT\\.java"))
                    .filter(name -> !table.contains('`' + name.replace(".java", "`"))).toList());
        }
    }
}
