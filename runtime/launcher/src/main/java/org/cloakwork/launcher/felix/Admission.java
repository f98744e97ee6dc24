package org.cloakwork.launcher.felix;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.CodeSigner;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloakwork.launcher.cli.UsageException;
import org.cloakwork.spi.runtime.TextFile;

/**
 * Which jars may become bundles, at the start and afterwards: with {@code etc/bundles.sha256} those whose digest is
 * listed there, with {@code etc/bundles.pem} those signed by a certificate in it, with both those that are both. What
 * is checked is a copy that nobody else can reach, and that copy is what is used.
 */
public final class Admission {

    private static final long MAX_LIST_BYTES = 1024 * 1024;
    private static final long MAX_JAR_BYTES = 256L * 1024 * 1024;
    private static final int BUFFER_BYTES = 64 * 1024;
    /** As sha256sum writes it. */
    private static final Pattern LINE = Pattern.compile("([0-9a-fA-F]{64}) [ *](?:.*/)?([^/]+\\.jar)");
    private static final Pattern SIGNATURE =
            Pattern.compile("META-INF/(?:MANIFEST\\.MF|SIG-[^/]*|[^/]*\\.(?:SF|DSA|RSA|EC))");

    private final Path copy;
    private final Optional<Map<String, Set<String>>> digests;
    private final Optional<Set<Certificate>> certificates;

    /**
     * @param etc    where the lists are
     * @param folder for copies
     * @throws UsageException if a list cannot be read
     */
    Admission(Path etc, PrivateFolder folder) throws UsageException {
        copy = folder.resolve("candidate.jar");
        digests = ifPresent(etc.resolve("bundles.sha256"), Admission::digests);
        certificates = ifPresent(etc.resolve("bundles.pem"), Admission::certificates);
    }

    /**
     * @param etc  where the lists are
     * @param jars that are to become bundles
     * @throws UsageException if a list cannot be read, or one may not
     */
    public static void check(Path etc, Collection<Path> jars) throws IOException, UsageException {
        try (PrivateFolder folder = new PrivateFolder("cloakwork-")) {
            new Admission(etc, folder).check(jars);
        }
    }

    /** @throws UsageException if one of these may not become a bundle */
    void check(Collection<Path> jars) throws UsageException {
        if (!isStrict()) {
            return;
        }
        List<String> faults = new ArrayList<>();
        for (Path jar : jars) {
            try {
                open(jar).close();
            } catch (IOException e) {
                faults.add(jar + ": " + e.getMessage());
            }
        }
        if (!faults.isEmpty()) {
            throw new UsageException(faults.getFirst()
                    + (faults.size() > 1 ? "; and so it is with " + (faults.size() - 1) + " more" : ""));
        }
    }

    private interface Reader<T> {

        T read(byte[] list) throws IOException, CertificateException;
    }

    private static <T> Optional<T> ifPresent(Path list, Reader<T> reader) throws UsageException {
        if (!Files.exists(list)) {
            return Optional.empty();
        }
        try {
            if (Files.size(list) > MAX_LIST_BYTES) {
                throw new IOException("larger than " + MAX_LIST_BYTES + " bytes");
            }
            return Optional.of(reader.read(Files.readAllBytes(list)));
        } catch (IOException | CertificateException e) {
            throw new UsageException(list + ": cannot be read: " + e.getMessage());
        }
    }

    private static Map<String, Set<String>> digests(byte[] list) throws IOException {
        Map<String, Set<String>> digests = new LinkedHashMap<>();
        int number = 0;
        for (String line : TextFile.text(list).lines().toList()) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                Matcher matcher = LINE.matcher(line);
                if (!matcher.matches()) {
                    throw new IOException("line " + number + " is not a digest and a jar, as sha256sum writes them");
                }
                digests.merge(matcher.group(2), Set.of(matcher.group(1).toLowerCase(Locale.ROOT)), Admission::both);
            }
        }
        return digests;
    }

    private static Set<String> both(Set<String> a, Set<String> b) {
        return Stream.of(a, b).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
    }

    private static Set<Certificate> certificates(byte[] list) throws IOException, CertificateException {
        int start = TextFile.markLength(list);
        Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(list, start, list.length - start));
        if (certificates.isEmpty()) {
            throw new IOException("there is no certificate in it");
        }
        return Set.copyOf(certificates);
    }

    /** {@return whether any jar is looked at} */
    boolean isStrict() {
        return digests.isPresent() || certificates.isPresent();
    }

    /**
     * @param jar that wants to become a bundle
     * @return its bytes, those that were checked
     * @throws IOException if it may not; the message says why
     */
    InputStream open(Path jar) throws IOException {
        if (!isStrict()) {
            return Files.newInputStream(jar);
        }
        if (Files.size(jar) > MAX_JAR_BYTES) {
            throw new IOException("larger than " + MAX_JAR_BYTES + " bytes");
        }
        Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
        if (digests.isPresent() && !digests.get().getOrDefault(jar.getFileName().toString(), Set.of())
                .contains(sha256(copy))) {
            throw new IOException("its SHA-256 is not the one in etc/bundles.sha256");
        }
        if (certificates.isPresent()) {
            checkSigned();
        }
        return Files.newInputStream(copy);
    }

    private void checkSigned() throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (JarFile opened = new JarFile(copy.toFile(), true)) {
            for (JarEntry entry : opened.stream().toList()) {
                try (InputStream in = opened.getInputStream(entry)) {
                    while (in.read(buffer) >= 0) {
                        // Signers are known once all of an entry is read, and what does not fit its digest throws.
                    }
                }
                if (!entry.isDirectory() && !SIGNATURE.matcher(entry.getName().toUpperCase(Locale.ROOT)).matches()
                        && !isSigned(entry)) {
                    throw new IOException(entry.getName() + " in it is not signed by a certificate in etc/bundles.pem");
                }
            }
        } catch (SecurityException e) {
            throw new IOException("its signature is not right: " + e.getMessage(), e);
        }
    }

    private boolean isSigned(JarEntry entry) {
        CodeSigner[] signers = entry.getCodeSigners();
        return signers != null && Arrays.stream(signers).map(signer -> signer.getSignerCertPath().getCertificates())
                .anyMatch(this::isListed);
    }

    private boolean isListed(List<? extends Certificate> path) {
        return !path.isEmpty() && certificates.orElseThrow().contains(path.getFirst());
    }

    /** {@return the SHA-256 of files, one after the other, in hexadecimal} */
    public static String sha256(Path... files) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[BUFFER_BYTES];
            for (Path file : files) {
                try (InputStream in = Files.newInputStream(file)) {
                    for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                        digest.update(buffer, 0, length);
                    }
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
