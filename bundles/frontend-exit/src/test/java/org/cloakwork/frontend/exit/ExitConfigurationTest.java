package org.cloakwork.frontend.exit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.cloakwork.spi.runtime.PartConfiguration;
import org.cloakwork.wire.socks5.ExitPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExitConfigurationTest {

    private static final String POLICY = "ExitPolicy accept *:443\r\nExitPolicy reject *:*\r\n";

    @TempDir
    private Path folder;

    @Test
    void aPolicyFileIsReadWithAByteOrderMarkAndRefusedInAnotherEncoding() throws Exception {
        Path file = Files.writeString(folder.resolve("policy"), "\ufeff" + POLICY);
        PartConfiguration configuration = new PartConfiguration("exit", Map.of("policy-file", file.toString()));
        assertEquals(ExitPolicy.parse(POLICY), ExitConfiguration.of(configuration).policy());
        Files.writeString(file, POLICY, StandardCharsets.UTF_16);
        String message = assertThrows(IllegalArgumentException.class,
                () -> ExitConfiguration.of(new PartConfiguration("exit", Map.of("policy-file", file.toString()))))
                .getMessage();
        assertTrue(message.contains(file + ", is UTF-16; the file is to be saved as UTF-8"), message);
    }
}
