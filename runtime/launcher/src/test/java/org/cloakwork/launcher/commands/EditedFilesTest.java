package org.cloakwork.launcher.commands;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.cli.DefaultParser;
import org.cloakwork.api.AccessKey;
import org.cloakwork.api.EncryptionKey;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.launcher.felix.Admission;
import org.cloakwork.launcher.felix.Home;
import org.cloakwork.spi.runtime.OwnFiles;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that people write with the editors of Windows. Those of parts are tried where the parts are. */
class EditedFilesTest {

    private static final String KEY = "# mine\n" + new EncryptionKey(new byte[AccessKey.LENGTH]) + "\n";
    private static final String EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir
    private Path folder;

    private interface Reader {

        void read(Path file) throws Exception;
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                kind("cloakwork.cfg", "cover = none\nsphinx = fast\n",
                        file -> assertEquals(Map.of("cover", "none", "sphinx", "fast"), Home.readWhole(file))),
                kind("bundles.sha256", EMPTY_SHA256 + "  bundles/part.jar\n",
                        file -> Admission.check(file.getParent(), List.of(Files.createFile(
                                file.resolveSibling("part.jar"))))),
                kind("a.zip.sha256", EMPTY_SHA256 + "  a.zip\n",
                        file -> new Archive(Files.createFile(file.resolveSibling("a.zip"))).verify()),
                kind("key", KEY, EditedFilesTest::key),
                kind("passphrase", "caf\u00e9 au lait\nrest\n", file -> {
                    OwnFiles.restrict(file);
                    assertEquals("caf\u00e9 au lait", new String(SecretFile.firstLine(file.toString(), file),
                            StandardCharsets.UTF_8));
                }));
    }

    private static Arguments kind(String name, String text, Reader reader) {
        return Arguments.of(name, text, reader);
    }

    private static void key(Path file) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        KeyCommand command = new KeyCommand(new PrintStream(out, true, StandardCharsets.UTF_8));
        assertEquals(0, command.run(new DefaultParser().parse(command.options(), new String[] {file.toString()})));
        assertTrue(out.toString(StandardCharsets.UTF_8).matches("[1-9A-Za-z]{43,44}\\R"), out::toString);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void areReadWithAnyEndsOfLinesAndAByteOrderMark(String name, String text, Reader reader) throws Exception {
        List<String> saved = List.of(text, text.replace("\n", "\r\n"), "\ufeff" + text,
                "\ufeff" + text.replace("\n", "\r\n"));
        for (String each : saved) {
            Path file = Files.createTempDirectory(folder, "edited").resolve(name);
            Files.writeString(file, each);
            assertDoesNotThrow(() -> reader.read(file), each);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void areRefusedInTheOtherEncodingOfNotepad(String name, String text, Reader reader) throws Exception {
        Path file = folder.resolve(name);
        Files.writeString(file, "\ufeff" + text, StandardCharsets.UTF_16LE);
        String message = assertThrows(UsageException.class, () -> reader.read(file)).getMessage();
        assertTrue(message.startsWith(file + ": ") && message.contains("is UTF-16; the file is to be saved as UTF-8"),
                message);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void areNamedIfTheyAreTooLarge(String name, String text, Reader reader) throws Exception {
        Path file = Files.write(folder.resolve(name), text.repeat(1 << 17).getBytes(StandardCharsets.UTF_8));
        try {
            reader.read(file);
            assertTrue(name.equals("passphrase"), "of which the first line counts");
        } catch (UsageException e) {
            assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        }
    }
}
