//! A standard library for the browser that is compiled here, from the source that comes with a compiler.
//!
//! It is laid beside links to the compiler's own files, in a folder of its own under `.tools/`, where a small `rustc`
//! finds both. Nothing of the compiler changes, cargo needs to be told nothing, and `cargo clean` does not cost the
//! library, which takes a minute.
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fail::Fail;
use crate::files;
use crate::project::Project;
use crate::shell;
use crate::wasm_target::{TARGET, is_library};

/// Compiling the library from source, and some options, are for nightly compilers only, unless one insists.
const INSIST: (&str, &str) = ("RUSTC_BOOTSTRAP", "1");
/// Added by cargo to the flags of `.cargo/config.toml`; the variable without the target would replace them.
pub const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// How a standard library is compiled.
pub struct Library {
    /// The crates of it, for `-Zbuild-std`.
    pub crates: &'static str,
    /// Their features, for `-Zbuild-std-features`.
    pub features: &'static str,
    /// The release profile of a `Cargo.toml`.
    pub profile: &'static str,
    /// Flags for the library and for whatever is linked with it; they may be a nightly compiler's.
    pub flags: &'static str,
}

/// A compiler, by the programs of it.
pub struct Compiler {
    /// Above its `bin` and `lib`.
    folder: PathBuf,
    version: String,
    /// The machine it runs on.
    host: String,
}

impl Compiler {
    /// The compiler that a `rustc` is, or stands for.
    pub fn of(rustc: &str) -> Result<Self, Fail> {
        let folder = PathBuf::from(shell::capture(Command::new(rustc).args(["--print", "sysroot"]))?);
        let version = shell::capture(Command::new(rustc).arg("-vV"))?;
        let host = shell::capture(Command::new(rustc).args(["--print", "host-tuple"]))?;
        Ok(Self { folder, version, host })
    }

    /// What it says of itself.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether the standard library's source is there.
    pub fn has_source(&self) -> bool {
        self.folder.join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file()
    }
}

/// A compiler with a standard library of our own.
#[derive(Clone)]
pub struct Sysroot {
    /// A word for it: of its folders, and of the stamp of a build.
    pub name: &'static str,
    /// How its library is compiled.
    pub library: &'static Library,
    folder: PathBuf,
    target: PathBuf,
}

impl Sysroot {
    /// The one of this name, whether it is there or not.
    pub fn named(project: &Project, name: &'static str, library: &'static Library) -> Self {
        let folder = project.tools().join(format!("{name}-rust"));
        Self { name, library, folder, target: project.path("target").join(name) }
    }

    /// The folder of its `rustc`, `rustdoc` and `cargo`.
    pub fn programs(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// Where cargo leaves what it builds: another compiler's files in the same folder would make both rebuild
    /// everything, each time.
    pub fn target_folder(&self) -> &Path {
        &self.target
    }

    /// Makes a command, and what it starts, use it.
    pub fn prepare(&self, command: &mut Command) {
        command
            .env_remove("RUSTUP_TOOLCHAIN")
            .env("RUSTC", self.programs().join("rustc"))
            .env("RUSTDOC", self.programs().join("rustdoc"))
            .env("CARGO_TARGET_DIR", self.target_folder());
        if !self.library.flags.is_empty() {
            command.env(INSIST.0, INSIST.1).env(FLAGS, self.library.flags);
        }
    }

    /// Whether it was made to its end, of this very compiler.
    pub fn is_of(&self, compiler: &Compiler) -> bool {
        files::stamp_is(&self.stamp(), &self.stamped(compiler))
    }

    /// Lays it out and compiles the library.
    pub fn make(&self, project: &Project, compiler: &Compiler) -> Result<(), Fail> {
        if !compiler.has_source() {
            return Err(Fail::new(format!(
                "{} has no source of the standard library, expected it in lib/rustlib/src",
                compiler.folder.display()
            )));
        }
        self.lay_out(compiler)?;
        let home = self.library_folder();
        for file in self.compile(project)? {
            if let Some(name) = file.file_name() {
                files::copy(&file, &home.join(name))?;
            }
        }
        // Cargo does not look whether the library is still the one that its files were compiled with.
        files::remove_folder(self.target_folder())?;
        // Last: what breaks off half-way is begun again.
        files::write(&self.stamp(), self.stamped(compiler))
    }

    fn stamp(&self) -> PathBuf {
        self.folder.join("made-of")
    }

    fn stamped(&self, compiler: &Compiler) -> String {
        let Library { crates, features, profile, flags } = self.library;
        format!("{}\n{}\n{crates}\n{features}\n{profile}\n{flags}\n", compiler.folder.display(), compiler.version)
    }

    fn library_folder(&self) -> PathBuf {
        self.folder.join("lib/rustlib").join(TARGET).join("lib")
    }

    /// Links to the compiler's files, with room for one more target; and programs that use it.
    fn lay_out(&self, compiler: &Compiler) -> Result<(), Fail> {
        files::remove_folder(&self.folder)?;
        files::make_folder(&self.library_folder())?;
        files::make_folder(&self.programs())?;
        for part in [compiler.host.as_str(), "src", "etc"] {
            let from = compiler.folder.join("lib/rustlib").join(part);
            if from.exists() {
                files::link(&from, &self.folder.join("lib/rustlib").join(part))?;
            }
        }
        for program in ["rustc", "rustdoc"] {
            let theirs = compiler.folder.join("bin").join(program);
            let script = format!(
                "#!/bin/sh\n# The compiler's {program}, with a standard library for the browser beside its own.\n\
                 exec '{}' --sysroot \"$(dirname \"$(dirname \"$(readlink -f \"$0\")\")\")\" \"$@\"\n",
                theirs.display()
            );
            let file = self.programs().join(program);
            files::write(&file, script)?;
            shell::capture(Command::new("chmod").arg("+x").arg(&file))?;
        }
        files::link(&compiler.folder.join("bin/cargo"), &self.programs().join("cargo"))
    }

    /// Compiles the library, by having cargo build an empty crate with it; answers its files.
    fn compile(&self, project: &Project) -> Result<Vec<PathBuf>, Fail> {
        let Library { crates, features, profile, flags } = self.library;
        let folder = project.scratch().join(format!("std-{}", self.name));
        files::remove_folder(&folder)?;
        files::write(
            &folder.join("Cargo.toml"),
            format!(
                "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n\
                 [workspace]\n[profile.release]\n{profile}"
            ),
        )?;
        files::write(&folder.join("lib.rs"), "#![no_std]\n")?;
        let mut command = Command::new(self.programs().join("cargo"));
        // What the cargo that runs this program told it about itself must not reach another cargo.
        for name in ["CARGO", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            command.env_remove(name);
        }
        self.prepare(&mut command);
        command
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .env(INSIST.0, INSIST.1)
            // Without bitcode in it, optimising across crates ("can't find section .llvmbc") fails.
            .env(FLAGS, format!("-Cembed-bitcode=yes {flags}"))
            .args(["build", "--release", "--target", TARGET])
            .arg(format!("-Zbuild-std={crates}"))
            .arg(format!("-Zbuild-std-features={features}"));
        shell::logged(&mut command, &project.scratch().join(format!("std-{}.log", self.name)))?;
        let mut built = files::walk(&folder.join("target").join(TARGET).join("release/deps"))?;
        built.retain(|file| is_library(file, "lib") && !is_library(file, "libempty-"));
        files::remove_file(&folder.join("Cargo.lock"))?;
        if built.iter().any(|file| is_library(file, "libstd-")) {
            Ok(built)
        } else {
            Err(Fail::new(format!("no standard library in {} after it was built", folder.display())))
        }
    }
}
