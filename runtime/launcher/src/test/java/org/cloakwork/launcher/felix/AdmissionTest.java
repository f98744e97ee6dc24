package org.cloakwork.launcher.felix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipFile;
import jdk.security.jarsigner.JarSigner;
import org.cloakwork.launcher.cli.UsageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars that may become bundles, and those that may not. */
class AdmissionTest {

    private static final char[] PASSWORD = "of a test".toCharArray();

    @TempDir
    private Path temporary;
    private Path etc;
    private Path jar;
    private PrivateFolder folder;

    @BeforeEach
    void makeAJar() throws IOException {
        etc = Files.createDirectory(temporary.resolve("etc"));
        jar = temporary.resolve("part.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            add(out, "a/A.class", "first");
            add(out, "b/B.class", "second");
        }
        folder = new PrivateFolder("admission-");
    }

    @AfterEach
    void removeTheFolder() {
        folder.close();
    }

    private static void add(JarOutputStream out, String name, String content) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(content.getBytes());
        out.closeEntry();
    }

    private Admission admission() throws UsageException {
        return new Admission(etc, folder);
    }

    private void assertAdmitted(Path candidate) throws Exception {
        try (InputStream in = admission().open(candidate)) {
            assertArrayEquals(Files.readAllBytes(candidate), in.readAllBytes());
        }
    }

    private void assertRefused(Path candidate, String why) throws Exception {
        Admission admission = admission();
        String message = assertThrows(IOException.class, () -> admission.open(candidate)).getMessage();
        assertTrue(message.contains(why), message);
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    private KeyStore.PrivateKeyEntry signer(String name) throws Exception {
        Path store = temporary.resolve(name + ".p12");
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                "-genkeypair", "-keyalg", "EC", "-alias", name, "-dname", "CN=" + name, "-keystore", store.toString(),
                "-storepass", new String(PASSWORD));
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
        KeyStore opened = KeyStore.getInstance(store.toFile(), PASSWORD);
        return (KeyStore.PrivateKeyEntry) opened.getEntry(name, new KeyStore.PasswordProtection(PASSWORD));
    }

    private Path signed(KeyStore.PrivateKeyEntry by, String name) throws Exception {
        Path to = temporary.resolve(name);
        try (ZipFile unsigned = new ZipFile(jar.toFile()); OutputStream out = Files.newOutputStream(to)) {
            new JarSigner.Builder(by).build().sign(unsigned, out);
        }
        return to;
    }

    private void list(KeyStore.PrivateKeyEntry... listed) throws Exception {
        List<String> lines = new ArrayList<>();
        for (Certificate certificate : Arrays.stream(listed).map(KeyStore.PrivateKeyEntry::getCertificate).toList()) {
            lines.add("-----BEGIN CERTIFICATE-----");
            lines.add(Base64.getMimeEncoder().encodeToString(certificate.getEncoded()));
            lines.add("-----END CERTIFICATE-----");
        }
        Files.write(etc.resolve("bundles.pem"), lines);
    }

    @Test
    void withoutAListEachJarIsAdmitted() throws Exception {
        assertAdmitted(jar);
    }

    @Test
    void withDigestsOnlyWhatIsListedIs() throws Exception {
        Files.writeString(etc.resolve("bundles.sha256"), "# mine\n" + sha256(jar) + "  bundles/part.jar\n");
        assertAdmitted(jar);
        Path other = Files.copy(jar, temporary.resolve("other.jar"));
        assertRefused(other, "bundles.sha256");
        try (FileSystem inside = FileSystems.newFileSystem(jar)) {
            Files.writeString(inside.getPath("a/A.class"), "not the first");
        }
        assertRefused(jar, "bundles.sha256");
    }

    @Test
    void aListThatIsNoneIsAMistake() throws Exception {
        Files.writeString(etc.resolve("bundles.sha256"), "abc  part.jar\n");
        String message = assertThrows(UsageException.class, this::admission).getMessage();
        assertTrue(message.endsWith("line 1 is not a digest and a jar, as sha256sum writes them"), message);
        Files.delete(etc.resolve("bundles.sha256"));
        Files.writeString(etc.resolve("bundles.pem"), "");
        assertThrows(UsageException.class, this::admission);
    }

    @Test
    void withCertificatesOnlyWhatOneOfThemSignedIs() throws Exception {
        KeyStore.PrivateKeyEntry mine = signer("mine");
        KeyStore.PrivateKeyEntry another = signer("another");
        Path signed = signed(mine, "signed.jar");
        list(another, mine);
        assertAdmitted(signed);
        assertRefused(jar, "not signed");
        list(another);
        assertRefused(signed, "not signed");
        list(mine);
        Path list = etc.resolve("bundles.pem");
        // As Notepad saves it.
        Files.writeString(list, "\ufeff" + Files.readString(list).replaceAll("\\R", "\r\n"));
        assertAdmitted(signed);
        assertRefused(signed(another, "foreign.jar"), "not signed");
    }

    @Test
    void whatWasAddedOrChangedAfterTheSignatureIsNotAdmitted() throws Exception {
        KeyStore.PrivateKeyEntry mine = signer("mine");
        list(mine);
        Path added = signed(mine, "added.jar");
        try (FileSystem inside = FileSystems.newFileSystem(added)) {
            Files.writeString(inside.getPath("Added.class"), "third");
        }
        assertRefused(added, "Added.class in it is not signed");
        Path changed = signed(mine, "changed.jar");
        try (FileSystem inside = FileSystems.newFileSystem(changed)) {
            Files.writeString(inside.getPath("b/B.class"), "not the second");
        }
        assertRefused(changed, "its signature is not right");
    }
}
