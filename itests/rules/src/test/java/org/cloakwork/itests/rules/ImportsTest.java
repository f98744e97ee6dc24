package org.cloakwork.itests.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The compiler does not mind what is imported and not used; readers do. */
class ImportsTest {

    private static final Pattern IMPORT = Pattern.compile("^import (?:static )?[\\w.]+\\.(\\w+);$", Pattern.MULTILINE);

    @Test
    void whatIsImportedIsUsed() throws IOException {
        List<String> unused = new ArrayList<>();
        for (Path file : SourceFiles.java()) {
            for (String name : unused(Files.readString(file))) {
                unused.add(SourceFiles.ROOT.relativize(file) + " does not use " + name);
            }
        }
        assertEquals(List.of(), unused);
    }

    @Test
    void whatIsNotUsedIsFound() {
        assertEquals(List.of("List"), unused("import java.util.List;\nimport java.util.Map;\n/** A {@link Map}. */"));
    }

    private static List<String> unused(String java) {
        String rest = IMPORT.matcher(java).replaceAll("");
        return IMPORT.matcher(java).results().map(found -> found.group(1))
                .filter(name -> !Pattern.compile("\\b" + name + "\\b").matcher(rest).find()).toList();
    }
}
