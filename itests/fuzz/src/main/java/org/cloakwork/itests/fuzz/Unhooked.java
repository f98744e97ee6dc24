package org.cloakwork.itests.fuzz;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Another process in which a target runs as it is. The fuzzer's hooks allocate in the thread that they watch, for a
 * comparison of two texts as for a look into a map, and up to 500 times as much as the parser: what takes too much
 * under them is measured again without them.
 */
final class Unhooked implements AutoCloseable {

    private final Process process;
    private final DataOutputStream inputs;
    private final DataInputStream answers;

    private Unhooked(Process process) {
        this.process = process;
        inputs = new DataOutputStream(process.getOutputStream());
        answers = new DataInputStream(process.getInputStream());
    }

    /**
     * @param target to be measured
     * @return the process; it ends with this one
     * @throws IOException if it cannot be started
     */
    static Unhooked start(Target target) throws IOException {
        return new Unhooked(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Unhooked.class.getName(), target.getClass().getName())
                .redirectError(Redirect.INHERIT).start());
    }

    /**
     * @param input to try
     * @return what does not hold, if anything
     * @throws IOException if the process has ended
     */
    Optional<String> tried(byte[] input) throws IOException {
        inputs.writeInt(input.length);
        inputs.write(input);
        inputs.flush();
        String said = answers.readUTF();
        return said.isEmpty() ? Optional.empty() : Optional.of(said);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** @param args the class of the target; inputs come over the standard input, what is said goes to the output */
    public static void main(String[] args) throws Exception {
        Target target = Targets.made(args[0]);
        DataInputStream inputs = new DataInputStream(System.in);
        DataOutputStream answers = new DataOutputStream(System.out);
        System.setOut(System.err);
        while (true) {
            byte[] input;
            try {
                input = new byte[inputs.readInt()];
            } catch (EOFException e) {
                return;
            }
            inputs.readFully(input);
            answers.writeUTF(said(target, input));
            answers.flush();
        }
    }

    private static String said(Target target, byte[] input) {
        try {
            Trial.run(target, input);
            return "";
        } catch (Exception | Error e) {
            return e.toString();
        }
    }
}
