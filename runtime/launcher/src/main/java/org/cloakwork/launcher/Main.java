package org.cloakwork.launcher;

import java.io.PrintStream;
import java.util.List;
import org.cloakwork.launcher.cli.Command;
import org.cloakwork.launcher.cli.Verbs;
import org.cloakwork.launcher.commands.AssembleCommand;
import org.cloakwork.launcher.commands.ConnectCommand;
import org.cloakwork.launcher.commands.ControlCommand;
import org.cloakwork.launcher.commands.DoctorCommand;
import org.cloakwork.launcher.commands.ExitsCommand;
import org.cloakwork.launcher.commands.ImportCommand;
import org.cloakwork.launcher.commands.KeyCommand;
import org.cloakwork.launcher.commands.LabCommand;
import org.cloakwork.launcher.commands.LocalnetCommand;
import org.cloakwork.launcher.commands.NewCommand;
import org.cloakwork.launcher.commands.PassphraseCommand;
import org.cloakwork.launcher.commands.ReceiveCommand;
import org.cloakwork.launcher.commands.RunCommand;
import org.cloakwork.launcher.commands.SendCommand;
import org.cloakwork.launcher.commands.ShellCommand;
import org.cloakwork.launcher.commands.SimulateCommand;
import org.cloakwork.launcher.commands.TopCommand;
import org.cloakwork.launcher.commands.UpgradeCommand;
import org.cloakwork.launcher.demo.DemoCommand;

/** {@code cloakwork}: every verb there is. */
public final class Main {

    private Main() {
    }

    /** @param arguments verb and options */
    public static void main(String[] arguments) {
        System.exit(new Verbs(commands(System.out, System.err), System.out, System.err).run(arguments));
    }

    static List<Command> commands(PrintStream out, PrintStream err) {
        return List.of(new DemoCommand(out, err), new LocalnetCommand(out, err), new RunCommand(out, err),
                ControlCommand.parts(out, err), ControlCommand.swap(out, err), ControlCommand.clients(out, err),
                ControlCommand.state(out, err), ControlCommand.drops(out, err),
                new ExitsCommand(out, err), new DoctorCommand(out, err), new TopCommand(out),
                new ShellCommand(out, err), new ConnectCommand(out, err), new KeyCommand(out),
                new ImportCommand(out), new PassphraseCommand(out), new SimulateCommand(out, err),
                new LabCommand(out, err),
                new SendCommand(out, err), new ReceiveCommand(out, err), new AssembleCommand(out),
                new NewCommand(out), new UpgradeCommand(out));
    }
}
