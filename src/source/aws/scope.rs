//! Makes calls and keeps what they gave: resources with their origin, gaps
//! for what was lost, and how each call went.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::{StreamExt, stream};
use tokio::sync::{Mutex as AsyncMutex, Semaphore};
use tokio::time::Instant;

use super::Progress;
use super::failure::Failure;
use crate::model::{
    Collected, Coverage, CoverageStatus, Gap, Identity, Origin, PolicyDocument, Reason,
    ResourceOrigin, ResourceRef, Snapshot,
};
use crate::source::draft::Draft;
use crate::source::node::{Node, Value};
use crate::source::operation::Operation;
use crate::source::policy_document;
use crate::source::site::Site;

/// Calls of one service in one region that run at once.
const AT_ONCE: usize = 10;

/// What a call gave.
#[derive(Debug)]
pub(super) enum Answer<T> {
    /// The answer.
    Given(T),
    /// The service says that there is none.
    Absent,
    /// It failed, and the gap is noted.
    Lost,
}

impl<T> Answer<T> {
    /// The answer, if there is one.
    pub(super) fn given(self) -> Option<T> {
        match self {
            Self::Given(answer) => Some(answer),
            Self::Absent | Self::Lost => None,
        }
    }
}

/// How one operation went in one region.
#[derive(Debug, Default, Clone)]
struct Tally {
    calls: u64,
    failed: u64,
    failure: Option<Failure>,
}

/// Bounds of the calls at once, by service and region.
type Bounds = HashMap<(&'static str, Option<String>), Arc<Semaphore>>;

/// What all scopes of one account share.
#[derive(Debug)]
struct Shared {
    snapshot: Mutex<Snapshot>,
    tallies: Mutex<BTreeMap<(Option<String>, &'static str), Tally>>,
    bounds: Mutex<Bounds>,
    pace: Option<Pace>,
    progress: Arc<dyn Progress>,
    secret_key: [u8; 32],
}

/// Spreads calls so that at most so many start in a second.
#[derive(Debug)]
struct Pace {
    gap: Duration,
    next: AsyncMutex<Instant>,
}

impl Pace {
    async fn wait(&self) {
        let at = {
            let mut next = self.next.lock().await;
            let at = (*next).max(Instant::now());
            *next = at + self.gap;
            at
        };
        tokio::time::sleep_until(at).await;
    }
}

/// Waits for all of them, as many at once as calls of a service may run; gives
/// what they gave, in the order in which they ended. One that has not begun takes
/// no memory: the state of a call is several kilobytes.
pub(super) async fn each<F: Future>(reads: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    stream::iter(reads).buffer_unordered(AT_ONCE).collect().await
}

/// One region of one account, or its global services.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    shared: Arc<Shared>,
    /// Where it is.
    pub(super) site: Site,
}

impl Scope {
    /// The scope of an account's global services.
    pub(super) fn new(
        max_rps: Option<u32>,
        progress: Arc<dyn Progress>,
        secret_key: [u8; 32],
    ) -> Self {
        let pace = max_rps.map(|rps| Pace {
            gap: Duration::from_secs(1) / rps.max(1),
            next: AsyncMutex::new(Instant::now()),
        });
        Self {
            shared: Arc::new(Shared {
                snapshot: Mutex::default(),
                tallies: Mutex::default(),
                bounds: Mutex::default(),
                pace,
                progress,
                secret_key,
            }),
            site: Site { partition: "aws".to_owned(), account: None, region: None },
        }
    }

    /// The same account in a region.
    pub(super) fn in_region(&self, region: &str) -> Self {
        let site = Site { region: Some(region.to_owned()), ..self.site.clone() };
        Self { shared: self.shared.clone(), site }
    }

    /// The key of this run's secret digests.
    pub(super) fn secret_key(&self) -> &[u8; 32] {
        &self.shared.secret_key
    }

    /// See [`Site::arn`].
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        self.site.arn(service, resource)
    }

    /// See [`Site::identity`].
    pub(super) fn identity(&self, id: impl Into<String>) -> Identity {
        self.site.identity(id)
    }

    /// Keeps a resource that `operation` told of.
    pub(super) fn insert<T: Collected>(&self, resource: T, operation: &Operation) -> ResourceRef {
        let mut snapshot = self.snapshot();
        let reference = snapshot.model.insert(resource);
        if snapshot.origins.get(&reference).is_none() {
            let origin = ResourceOrigin { resource: api(operation), attributes: BTreeMap::new() };
            snapshot.origins.insert(&reference, origin);
        }
        reference
    }

    /// Notes that an attribute was read by another call than its resource.
    pub(super) fn read_by(&self, resource: &ResourceRef, path: &str, operation: &Operation) {
        if let Some(origin) = self.snapshot().origins.get_mut(resource) {
            origin.attributes.insert(path.to_owned(), api(operation));
        }
    }

    /// Changes a resource that was kept before.
    pub(super) fn update<T: Collected>(&self, id: &str, change: impl FnOnce(&mut T)) {
        if let Some(resource) = T::of_mut(&mut self.snapshot().model).get_mut(id) {
            change(resource);
        }
    }

    /// Reads the policy that `operation` gave as JSON text, for `path` of a
    /// resource. What cannot be read of it is a gap.
    pub(super) fn policy(
        &self,
        resource: &ResourceRef,
        path: &str,
        text: &str,
        operation: &Operation,
    ) -> Option<PolicyDocument> {
        let mut snapshot = self.snapshot();
        let mut draft =
            Draft::new(&mut snapshot, resource.clone(), api(operation), self.shared.secret_key)
                .located(self.site.account.clone(), self.site.region.clone());
        let node = Node::new(Value::Text(text.to_owned()));
        let policy = policy_document::read(&mut draft, path, Some(&node));
        draft.place(path, Some(&api(operation)));
        policy
    }

    /// The snapshot, to add to.
    pub(super) fn snapshot(&self) -> MutexGuard<'_, Snapshot> {
        self.shared.snapshot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All pages of a listing. What came before a failing page is kept.
    pub(super) async fn pages<T, E>(
        &self,
        operation: &Operation,
        item: Option<&str>,
        mut pages: PaginationStream<Result<T, SdkError<E, HttpResponse>>>,
    ) -> Vec<T>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let mut found = Vec::new();
        loop {
            match self.attempt(operation, pages.next()).await {
                None => return found,
                Some(Ok(page)) => {
                    self.count(operation, None);
                    found.push(page);
                }
                Some(Err(error)) => {
                    let failure = Failure::of(&error);
                    self.lose(operation, item, &failure);
                    return found;
                }
            }
        }
    }

    /// One call; `item` is the key of the one resource it is about.
    pub(super) async fn call<T, E>(
        &self,
        operation: &Operation,
        item: Option<&str>,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Option<T>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.ask(operation, item, &[], call).await.given()
    }

    /// One call whose error codes in `absent` mean that there is nothing.
    pub(super) async fn ask<T, E>(
        &self,
        operation: &Operation,
        item: Option<&str>,
        absent: &[&str],
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Answer<T>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match self.attempt(operation, call).await {
            Ok(answer) => {
                self.count(operation, None);
                Answer::Given(answer)
            }
            Err(error) => {
                let failure = Failure::of(&error);
                if failure.code.as_deref().is_some_and(|code| absent.contains(&code)) {
                    self.count(operation, None);
                    return Answer::Absent;
                }
                self.lose(operation, item, &failure);
                Answer::Lost
            }
        }
    }

    /// Waits for its turn, then for the answer.
    pub(super) async fn attempt<R>(
        &self,
        operation: &Operation,
        call: impl Future<Output = R>,
    ) -> R {
        let bound = self.bound(operation);
        let _turn = bound.acquire().await.ok();
        if let Some(pace) = &self.shared.pace {
            pace.wait().await;
        }
        self.shared.progress.started(operation.name, self.site.region.as_deref());
        let answer = call.await;
        self.shared.progress.finished(operation.name, self.site.region.as_deref());
        answer
    }

    fn bound(&self, operation: &Operation) -> Arc<Semaphore> {
        let mut bounds = self.shared.bounds.lock().unwrap_or_else(PoisonError::into_inner);
        bounds
            .entry((operation.service(), self.site.region.clone()))
            .or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE)))
            .clone()
    }

    /// Notes what a failed call leaves open.
    pub(super) fn lose(&self, operation: &Operation, item: Option<&str>, failure: &Failure) {
        self.count(operation, Some(failure));
        self.leave_open(operation, item, failure.reason(operation));
    }

    /// Gaps on all that an operation fills, of one resource or of all.
    pub(super) fn leave_open(&self, operation: &Operation, item: Option<&str>, reason: Reason) {
        let mut snapshot = self.snapshot();
        for (collection, path) in operation.filled() {
            snapshot.gaps.insert(Gap {
                collection: collection.to_owned(),
                id: item.map(str::to_owned),
                path,
                account: self.site.account.clone(),
                region: self.site.region.clone(),
                reason: reason.clone(),
            });
        }
    }

    /// Notes that a collection was not asked for.
    pub(super) fn not_asked(&self, collection: &str, reason: Reason) {
        self.snapshot().gaps.insert(Gap {
            collection: collection.to_owned(),
            id: None,
            path: String::new(),
            account: self.site.account.clone(),
            region: self.site.region.clone(),
            reason,
        });
    }

    /// Notes that an attribute of a resource is not known.
    pub(super) fn gap(&self, resource: &ResourceRef, path: &str, reason: Reason) {
        self.snapshot().gaps.insert(Gap {
            collection: resource.collection.clone(),
            id: Some(resource.id.clone()),
            path: path.to_owned(),
            account: self.site.account.clone(),
            region: self.site.region.clone(),
            reason,
        });
    }

    /// Counts a call that was made.
    pub(super) fn count(&self, operation: &Operation, failure: Option<&Failure>) {
        let mut tallies = self.shared.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = tallies.entry((self.site.region.clone(), operation.name)).or_default();
        tally.calls += 1;
        if let Some(failure) = failure {
            tally.failed += 1;
            tally.failure.get_or_insert_with(|| failure.clone());
        }
    }

    /// Ends the scan: the snapshot with the coverage of every call.
    pub(super) fn finish(&self) -> Snapshot {
        let mut snapshot = std::mem::take(&mut *self.snapshot());
        let tallies = self.shared.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        for ((region, operation), tally) in tallies.iter() {
            snapshot.coverage.insert(Coverage {
                account: self.site.account.clone(),
                region: region.clone(),
                subject: (*operation).to_owned(),
                status: tally.failure.as_ref().map_or(CoverageStatus::Collected, Failure::status),
                calls: tally.calls,
                failed: tally.failed,
                detail: tally.failure.as_ref().map(|failure| failure.detail.clone()),
            });
        }
        snapshot
    }
}

/// The origin of what an operation gave.
pub(super) fn api(operation: &Operation) -> Origin {
    Origin::Api { operation: operation.name.into(), span: None }
}
