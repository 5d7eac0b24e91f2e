//! How somebody looks at a page.

/// How somebody looks at a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Eyes {
    /// The width of the window, in pixels of CSS.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Whether the system is set to dark colours.
    pub dark: bool,
    /// Whether pages may run scripts.
    pub scripts: bool,
}

impl Default for Eyes {
    /// A desk, light, with scripts.
    fn default() -> Self {
        Self { width: 1440, height: 900, dark: false, scripts: true }
    }
}

impl Eyes {
    /// A telephone.
    pub fn narrow() -> Self {
        Self { width: 375, height: 812, ..Self::default() }
    }

    /// The same with dark colours.
    pub fn in_the_dark(self) -> Self {
        Self { dark: true, ..self }
    }

    /// The same without scripts.
    pub fn without_scripts(self) -> Self {
        Self { scripts: false, ..self }
    }

    /// For the names of files: `375-dark`.
    pub fn name(&self) -> String {
        let colours = if self.dark { "dark" } else { "light" };
        let scripts = if self.scripts { "" } else { "-without-scripts" };
        format!("{}-{colours}{scripts}", self.width)
    }
}
