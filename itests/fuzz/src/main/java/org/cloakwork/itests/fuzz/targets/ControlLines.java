package org.cloakwork.itests.fuzz.targets;

import static org.cloakwork.itests.fuzz.Values.require;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.apache.felix.gogo.runtime.Parser;
import org.apache.felix.service.command.CommandSession;
import org.cloakwork.itests.fuzz.Hidden;
import org.cloakwork.itests.fuzz.Seeds;
import org.cloakwork.itests.fuzz.Target;

/**
 * Lines that a running instance is asked with: read, and taken apart by Gogo, but not done, since they may say
 * anything.
 */
public final class ControlLines implements Target {

    private static final String SOCKET = "org.cloakwork.control.ControlSocket";
    private static final MethodHandle LINE = Hidden.method(SOCKET, "line", 1);
    private static final MethodHandle EXECUTE = Hidden.method(SOCKET, "execute", 3);
    private static final MethodHandle ANSWER = Hidden.constructor(SOCKET + "$Answer", 0);
    private static final int MAX_LINE_BYTES = 64 * 1024;

    @Override
    public String name() {
        return "control";
    }

    @Override
    public Stream<byte[]> seeds() {
        return Seeds.of("state\n", "state --json\nparts\n", "swap --save --client alice cover poisson\n", "drops\r\n",
                "a = (b c); echo $a | grep \"x y\" 'z' {d e} [f g=h]\n", "x={$args};x 1 # remark\n", "a && b || c\n",
                "echo ${a:-b}${(j:,:)c} \\n `d` > e\n", "<<EOF\nx\nEOF\n");
    }

    @Override
    public List<String> words() {
        return List.of("swap ", "state", "--client ", "--save", "$(", "${", "[", "{", "<(", "%(", "&&", "||", "2>&1");
    }

    @Override
    public long maxAllocatedBytes(int inputBytes) {
        return 1024 * 1024 + 4096L * inputBytes;
    }

    @Override
    public List<String> instrumented() {
        return List.of("org.cloakwork.**", "org.apache.felix.gogo.runtime.**");
    }

    @Override
    public void check(byte[] input) throws Exception {
        ByteArrayInputStream in = new ByteArrayInputStream(input);
        ByteArrayOutputStream printed = (ByteArrayOutputStream) Hidden.call(ANSWER);
        CommandSession session = session(new PrintStream(printed, false, StandardCharsets.UTF_8));
        try {
            for (String line = next(in); line != null; line = next(in)) {
                int code = (int) Hidden.call(EXECUTE, session, line, printed);
                require(code >= 0 && code <= 3, "exit code " + code);
                require(code == 0 || printed.size() > 0, "refused without a word");
                require(printed.toString(StandardCharsets.UTF_8).lines().count() <= 1 + line.lines().count() * 3,
                        "refused by " + printed);
                printed.reset();
            }
        } catch (IOException e) {
            require(input.length > MAX_LINE_BYTES, "a line is refused");
        }
    }

    private static String next(ByteArrayInputStream in) throws Exception {
        return (String) Hidden.call(LINE, in);
    }

    private static CommandSession session(PrintStream console) {
        return (CommandSession) Proxy.newProxyInstance(CommandSession.class.getClassLoader(),
                new Class<?>[] {CommandSession.class}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "execute" -> {
                        new Parser((CharSequence) arguments[0]).program();
                        yield null;
                    }
                    case "getConsole" -> console;
                    default -> throw new AssertionError(method.getName());
                });
    }
}
