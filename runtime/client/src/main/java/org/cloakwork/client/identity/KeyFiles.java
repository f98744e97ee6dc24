package org.cloakwork.client.identity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.cloakwork.spi.runtime.OwnFiles;
import org.cloakwork.spi.runtime.Randomness;
import org.cloakwork.spi.runtime.TextFile;
import org.cloakwork.spi.store.Passphrase;
import org.cloakwork.spi.store.PassphraseException;
import org.cloakwork.spi.store.StoreException;
import org.cloakwork.wire.Pem;
import org.cloakwork.wire.Sealer;
import org.cloakwork.wire.WireException;
import org.cloakwork.wire.crypto.AckKey;
import org.cloakwork.wire.crypto.EncryptionKeyPair;
import org.cloakwork.wire.crypto.IdentityKeyPair;

/**
 * An identity as five files, which nym-client reads as well, and the other way round. They are read all or not at all,
 * and never written over: an identity that is gone is gone for good. With a passphrase the private ones are sealed, and
 * nym-client does not read them. Source: protocol/5-client, 9.
 */
public final class KeyFiles {

    private static final int MAX_FILE_BYTES = 4096;

    private enum KeyFile {
        PRIVATE_IDENTITY("private_identity.pem", Pem.ED25519_PRIVATE),
        PUBLIC_IDENTITY("public_identity.pem", Pem.ED25519_PUBLIC),
        PRIVATE_ENCRYPTION("private_encryption.pem", Pem.X25519_PRIVATE),
        PUBLIC_ENCRYPTION("public_encryption.pem", Pem.X25519_PUBLIC),
        ACK("ack_key.pem", Pem.ACK_KEY);

        private final String fileName;
        private final Pem pem;

        KeyFile(String fileName, Pem pem) {
            this.fileName = fileName;
            this.pem = pem;
        }

        private boolean isPrivate() {
            return this != PUBLIC_IDENTITY && this != PUBLIC_ENCRYPTION;
        }

        private Path in(Path directory) {
            return directory.resolve(fileName);
        }

        /** Where it is until all of them are written. */
        private Path unfinishedIn(Path directory) {
            return directory.resolve(fileName + ".new");
        }
    }

    private KeyFiles() {
    }

    /**
     * Takes the identity whose files are there, or makes one if there is none of them. To be called by one at a time:
     * whoever has the store of that directory open.
     *
     * @param directory  of the client
     * @param randomness for a new identity
     * @param passphrase that private keys are sealed with; those that are not yet are from now on
     * @return the identity
     * @throws StoreException if some files are there and others missing, or one cannot be read or written, or they do
     *                        not belong together; the message names the file, and nothing is written over;
     *                        {@link PassphraseException} if they are sealed with another passphrase
     */
    public static Identity loadOrCreate(Path directory, Randomness randomness, Optional<Passphrase> passphrase)
            throws StoreException {
        Optional<Sealer> sealer = sealer(randomness, passphrase);
        if (present(directory).isEmpty()) {
            Identity identity = Identity.generate(randomness);
            write(identity, directory, sealer);
            return identity;
        }
        finishWriting(directory);
        Identity identity = load(directory, sealer.stream().toList());
        if (sealer.isPresent()) {
            seal(identity, directory, sealer);
        }
        return identity;
    }

    /**
     * Seals the private keys of a client with another passphrase, or with none. Those for which that is so already
     * stay.
     *
     * @param directory  of the client; nothing is done if it has no keys
     * @param randomness for sealing
     * @param from       what they are sealed with, if with anything
     * @param to         what they shall be sealed with, if with anything
     * @throws StoreException as {@link #loadOrCreate}
     */
    public static void change(Path directory, Randomness randomness, Optional<Passphrase> from,
                              Optional<Passphrase> to) throws StoreException {
        if (present(directory).isEmpty()) {
            return;
        }
        finishWriting(directory);
        Optional<Sealer> next = sealer(randomness, to);
        List<Sealer> known = Stream.concat(next.stream(), sealer(randomness, from).stream()).toList();
        Identity identity = load(directory, known);
        Set<KeyFile> others = EnumSet.noneOf(KeyFile.class);
        for (KeyFile file : KeyFile.values()) {
            if (file.isPrivate() && !isUnder(next, file, directory)) {
                others.add(file);
            }
        }
        replace(others, texts(identity, next), directory);
    }

    private static boolean isUnder(Optional<Sealer> sealer, KeyFile file, Path directory) throws StoreException {
        boolean sealed = Pem.isSealed(text(file, directory));
        if (!sealed || sealer.isEmpty()) {
            return sealed == sealer.isPresent();
        }
        try {
            read(file, directory, List.of(sealer.get()));
            return true;
        } catch (PassphraseException e) {
            return false;
        }
    }

    private static Optional<Sealer> sealer(Randomness randomness, Optional<Passphrase> passphrase) {
        return passphrase.map(given -> new Sealer(given.utf8(), randomness));
    }

    /**
     * Takes over the identity of a client, nym-client's or ours.
     *
     * @param from nym-client's data directory, or the client's own above it, which has it as {@code data}
     * @param to   where the files are copied, made if it is not there
     * @param randomness for sealing
     * @param passphrase that private keys are sealed with there
     * @return the identity
     * @throws StoreException if there is no whole identity, or a key file is at the destination already; the message
     *                        names the file, and nothing is written over
     */
    public static Identity importFrom(Path from, Path to, Randomness randomness, Optional<Passphrase> passphrase)
            throws StoreException {
        Optional<Sealer> sealer = sealer(randomness, passphrase);
        Path data = present(from).isEmpty() && Files.isDirectory(from.resolve("data")) ? from.resolve("data") : from;
        if (present(data).isEmpty()) {
            throw new StoreException(from + ": no key files of a nym-client, such as "
                    + KeyFile.PRIVATE_IDENTITY.fileName + ", there or in data/");
        }
        Identity identity = load(data, sealer.stream().toList());
        for (KeyFile file : present(to)) {
            throw new StoreException(file.in(to) + ": there already; an identity is never written over");
        }
        write(identity, to, sealer);
        return identity;
    }

    private static Set<KeyFile> present(Path directory) {
        Set<KeyFile> present = EnumSet.noneOf(KeyFile.class);
        for (KeyFile file : KeyFile.values()) {
            // A link to nowhere is there, too.
            if (Files.exists(file.in(directory), LinkOption.NOFOLLOW_LINKS)) {
                present.add(file);
            }
        }
        return present;
    }

    private static Identity load(Path directory, List<Sealer> known) throws StoreException {
        IdentityKeyPair identity = IdentityKeyPair.ofSeed(read(KeyFile.PRIVATE_IDENTITY, directory, known));
        requireSame(identity.publicKey().bytes(), KeyFile.PUBLIC_IDENTITY, directory);
        EncryptionKeyPair encryption = EncryptionKeyPair.ofPrivate(read(KeyFile.PRIVATE_ENCRYPTION, directory, known));
        requireSame(encryption.publicKey().bytes(), KeyFile.PUBLIC_ENCRYPTION, directory);
        return new Identity(identity, encryption, new AckKey(read(KeyFile.ACK, directory, known)));
    }

    private static void requireSame(byte[] expected, KeyFile file, Path directory) throws StoreException {
        if (!MessageDigest.isEqual(expected, read(file, directory, List.of()))) {
            throw new StoreException(file.in(directory) + ": does not belong to the private key beside it");
        }
    }

    private static String text(KeyFile file, Path directory) throws StoreException {
        Path path = file.in(directory);
        if (!Files.isRegularFile(path)) {
            throw new StoreException(path + ": " + (Files.exists(path) ? "not a file" : "missing")
                    + ", but the other key files are there; nothing was changed");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            int start = TextFile.markLength(bytes);
            return new String(bytes, start, bytes.length - start, StandardCharsets.US_ASCII);
        } catch (TextFile.NotTextException e) {
            throw new StoreException(path + ": " + e.getMessage() + "; nothing was changed", e);
        } catch (IOException e) {
            throw new StoreException(path + ": cannot be read: " + e + "; nothing was changed", e);
        }
    }

    /** @param known one of which it is sealed with, if it is */
    private static byte[] read(KeyFile file, Path directory, List<Sealer> known) throws StoreException {
        String text = text(file, directory);
        boolean sealed = file.isPrivate() && Pem.isSealed(text);
        if (sealed && known.isEmpty()) {
            throw new PassphraseException(file.in(directory) + ": is under a passphrase, and none was given");
        }
        try {
            return sealed ? open(file.pem.decodeSealed(text), file.fileName, known) : file.pem.decode(text);
        } catch (WireException e) {
            String message = file.in(directory) + ": " + e.getMessage() + "; nothing was changed";
            throw sealed ? new PassphraseException(message) : new StoreException(message, e);
        }
    }

    private static byte[] open(byte[] sealed, String name, List<Sealer> known) throws WireException {
        for (Sealer sealer : known.subList(0, known.size() - 1)) {
            try {
                return sealer.open(sealed, name);
            } catch (WireException e) {
                // the next one
            }
        }
        return known.getLast().open(sealed, name);
    }

    private static Map<KeyFile, String> texts(Identity identity, Optional<Sealer> sealer) {
        Map<KeyFile, byte[]> keys = new LinkedHashMap<>();
        keys.put(KeyFile.PRIVATE_IDENTITY, identity.identity().seed());
        keys.put(KeyFile.PUBLIC_IDENTITY, identity.identity().publicKey().bytes());
        keys.put(KeyFile.PRIVATE_ENCRYPTION, identity.encryption().privateBytes());
        keys.put(KeyFile.PUBLIC_ENCRYPTION, identity.encryption().publicKey().bytes());
        keys.put(KeyFile.ACK, identity.ackKey().bytes());
        Map<KeyFile, String> texts = new LinkedHashMap<>();
        keys.forEach((file, key) -> texts.put(file, file.isPrivate() && sealer.isPresent()
                ? file.pem.encodeSealed(sealer.get().seal(key, file.fileName)) : file.pem.encode(key)));
        return texts;
    }

    /** What was there in the clear is written over before it goes. */
    private static void seal(Identity identity, Path directory, Optional<Sealer> sealer) throws StoreException {
        Set<KeyFile> clear = EnumSet.noneOf(KeyFile.class);
        for (KeyFile file : KeyFile.values()) {
            if (file.isPrivate() && !Pem.isSealed(text(file, directory))) {
                clear.add(file);
            }
        }
        replace(clear, texts(identity, sealer), directory);
    }

    private static void replace(Set<KeyFile> files, Map<KeyFile, String> texts, Path directory) throws StoreException {
        if (files.isEmpty()) {
            return;
        }
        Path path = directory;
        try {
            for (KeyFile file : files) {
                path = file.unfinishedIn(directory);
                Files.deleteIfExists(path);
                create(path, texts.get(file));
                OwnFiles.replace(file.in(directory), path);
            }
        } catch (IOException e) {
            throw new StoreException(path + ": cannot be written: " + e, e);
        }
    }

    private static void write(Identity identity, Path directory, Optional<Sealer> sealer) throws StoreException {
        Path path = directory;
        try {
            OwnFiles.createFolders(directory);
            for (Map.Entry<KeyFile, String> text : texts(identity, sealer).entrySet()) {
                path = text.getKey().unfinishedIn(directory);
                Files.deleteIfExists(path);
                create(path, text.getValue());
            }
            for (KeyFile file : KeyFile.values()) {
                path = file.in(directory);
                Files.move(file.unfinishedIn(directory), path);
            }
            OwnFiles.sync(directory);
        } catch (FileAlreadyExistsException e) {
            throw new StoreException(path + ": there already; an identity is never written over", e);
        } catch (IOException e) {
            throw new StoreException(path + ": cannot be written: " + e, e);
        }
    }

    /** Goes on where a process ended while the files got their names, if it was that. */
    private static void finishWriting(Path directory) throws StoreException {
        Set<KeyFile> missing = EnumSet.complementOf(EnumSet.copyOf(present(directory)));
        if (missing.stream().allMatch(file -> Files.isRegularFile(file.unfinishedIn(directory)))) {
            for (KeyFile file : missing) {
                try {
                    Files.move(file.unfinishedIn(directory), file.in(directory));
                } catch (IOException e) {
                    throw new StoreException(file.in(directory) + ": cannot be written: " + e, e);
                }
            }
        }
    }

    private static void create(Path path, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(OwnFiles.createFile(path), StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }
}
